// SPDX-License-Identifier: Apache-2.0
// Makes a data set (data_set.h) of texts and conversations. The same inputs and options give the same bytes, for any
// number of threads and after any interruption: a build that was stopped, even by kill -9, goes on behind its last
// whole shard when it is started again.
//
// While it is under way the directory also holds
//   building.json   what is being built, of what, and how far it is
//   shards.part     the records of the shards that are there
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/thread_pool.h"
#include "data/data_set.h"
#include "data/document_encoder.h"
#include "data/record_reader.h"

namespace capy {

struct BuildOptions {
  std::vector<std::string> inputs;  // *.jsonl, *.jsonl.zst: a document a line; any other file is one text
  std::string directory;            // made where it is missing

  // What the encoder's tokenizer is; the files are put beside the shards.
  std::vector<std::pair<std::string, std::string>> tokenizer_files;  // name, content
  uint64_t tokenizer_hash = 0;                                       // of tokenizer.json
  int64_t vocabulary = 0;
  int32_t padding_token = 0;
  std::string encoding;  // whatever else the encoder depends on: a build under way is not taken up with another

  int64_t shard_tokens = int64_t{1} << 24;
  ShardFormat format;  // token_bytes follows from the vocabulary
  int64_t pack = 0;
  bool skip_broken = false;            // leave out records that cannot be read, instead of stopping
  std::vector<std::string> leave_out;  // licences
  std::string licence = "unknown";     // of records that do not tell
  std::string source;                  // likewise; "" is the file's name
  RecordLimits limits;

  // Bytes of input read so far; false stops with kCancelled.
  std::function<bool(int64_t done, int64_t total)> on_progress;
  // A record was left out; told at most a hundred times.
  std::function<void(const std::string& why)> on_left_out;
};

// Builds, or goes on with, a data set. kInvalid where the directory holds a finished one, or another one under way.
Result<Manifest> build_data_set(const BuildOptions& options, const DocumentEncoder& encoder, ThreadPool& pool);

}  // namespace capy
