// SPDX-License-Identifier: Apache-2.0
// The directory of packed files, CAPY_HOME/cache/packed: KEY.capy for each model and type that was converted once.
//
// A cache never fails: what cannot be used is made again (with a line in the log), and where nothing can be written
// (with one warning a process) the caller's matrices stay in its memory. Several processes may use one directory: a
// file appears whole or not at all, of two that make the same one the last wins, and a file that is removed stays
// mapped where it is in use.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "formats/packed_file.h"

namespace capy {

struct PackedCacheLimits {
  // All files together: the least recently used go first.
  int64_t bytes_max = int64_t{64} << 30;
  int64_t disk_share = 10;  // and at most one part in so many of the disk
  int64_t files_max = 1000;
};

class PackedCache {
 public:
  // `directory` "": no cache. `bytes_expected`: about what will be added, to see beforehand whether there is room.
  static PackedCache open(const std::string& directory, const PackedKey& key, int64_t bytes_expected,
                          const PackedCacheLimits& limits = {});

  // The bytes of a matrix in the mapped file; nullptr where there is none.
  const std::byte* find(std::string_view name, MatrixFormat format, int64_t rows, int64_t columns) const {
    return file_.find(name, format, rows, columns);
  }

  const PackedFile& file() const { return file_; }
  // The mapped file is not what it should be: it is made again.
  void reject(std::string_view why);

  // Writes a converted matrix to the file that is being made. False where none is: the caller keeps its memory.
  bool add(std::string_view name, MatrixFormat format, int64_t rows, int64_t columns, std::span<const std::byte> bytes);

  // Once all matrices are loaded. True: matrices were added, and are to be asked for again, with find. (Or, where the
  // file could not be finished, to be converted again: then nothing is added any more.)
  bool settle();

  // The mapped file, which must outlive what find gave. Empty where there is none.
  PackedFile take() { return std::move(file_); }

 private:
  bool map();
  Status begin();
  Result<bool> make_room();
  void give_up(const Error& error);

  std::string directory_;
  std::string path_;  // of the file for key_
  PackedKey key_{};
  int64_t bytes_expected_ = 0;
  PackedCacheLimits limits_;
  bool writes_ = false;  // what is added is kept
  PackedFile file_;
  std::optional<PackedWriter> writer_;
  bool lost_ = false;  // matrices were added to a file that will never be
};

// What lies there, by path; a missing directory gives none.
std::vector<std::string> list_packed_files(const std::string& directory);

}  // namespace capy
