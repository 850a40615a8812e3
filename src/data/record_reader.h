// SPDX-License-Identifier: Apache-2.0
// The records of a list of files, in order: lines of JSON-lines files (*.jsonl, *.jsonl.zst, *.ndjson ...), or whole
// other files. Records are numbered through all files, so that reading can go on where it stopped.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "data/byte_source.h"

namespace capy {

struct RecordLimits {
  int64_t record_bytes_max = int64_t{256} << 20;
};

struct Record {
  std::string bytes;
  bool is_json = false;
  bool is_too_long = false;  // bytes are missing
  int64_t file = 0;          // index into the list
  int64_t line = 0;          // from 1; 0: a whole file
  int64_t number = 0;        // among all records, from 0
};

// Whether the file holds JSON lines: by its name, a .zst at the end aside.
bool is_json_lines(const std::string& path);

class RecordReader {
 public:
  // `first`: the number of the first record to give; those before are passed over.
  RecordReader(std::vector<std::string> paths, int64_t first = 0, const RecordLimits& limits = {});

  // Appends records until `bytes` of them are together or all were read; false when there was none. Empty lines are no
  // records.
  Result<bool> read_batch(int64_t bytes, std::vector<Record>& batch);

  // Of all files, as they lie on the disk.
  Result<int64_t> total_bytes() const;
  int64_t bytes_taken() const;

  // "story.jsonl, line 7" for messages.
  std::string name_of(const Record& record) const;

 private:
  Status open_next();
  Result<bool> read_line(Record& record);
  Result<bool> read_file(Record& record);
  Result<bool> next(Record& record);

  std::vector<std::string> paths_;
  int64_t first_;
  RecordLimits limits_;
  size_t file_ = 0;  // of the next one to open
  std::optional<ByteSource> source_;
  int64_t done_bytes_ = 0;  // of files that are closed
  int64_t line_ = 0;
  int64_t number_ = 0;
  std::string buffer_;
  size_t begin_ = 0;  // of what is not used yet
};

}  // namespace capy
