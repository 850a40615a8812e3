// SPDX-License-Identifier: Apache-2.0
// The files of a checkpoint, found, mapped and checked. Checkpoint (checkpoint.h) is the face of this.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/mapped_file.h"
#include "base/result.h"
#include "formats/checkpoint.h"

namespace capy {

struct CheckpointFiles {
  struct File {
    MappedFile map;
    int64_t header_bytes = 0;
  };

  Checkpoint::Kind kind = Checkpoint::Kind::kSafetensors;
  std::string path;
  std::string directory;
  std::vector<File> files;
  std::vector<Tensor> tensors;  // views into the maps, which stay where they are when this moves
  std::optional<JsonDocument> config;
  std::string config_text;
  GgufMetadata metadata;
};

Result<CheckpointFiles> open_checkpoint_files(std::string_view path, const CheckpointLimits& limits);

// The name of shard `number` (from 1) of `count`, given the name of any: "a-00002-of-00003.gguf". Nothing when `name`
// has not that form. Used for split GGUF files only; safetensors shards are named by their index.
struct SplitName {
  std::string_view stem;
  int64_t number = 0;
  int64_t count = 0;
  std::string of(int64_t wanted) const;
};
std::optional<SplitName> parse_split_name(std::string_view name);

}  // namespace capy
