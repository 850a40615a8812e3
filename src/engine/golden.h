// SPDX-License-Identifier: Apache-2.0
// Reads tests/golden (see its README) for the engine's tests. The numbers were made by the reference, never by capy.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "formats/npy.h"

namespace capy {

std::string golden_path(std::string_view name);  // below tests/golden

struct GoldenLogits {
  std::vector<int64_t> positions;  // row r of values is position positions[r]
  NpyArray values;
};

struct GoldenModel {
  std::string name;
  std::string directory;
  std::vector<int32_t> tokens;
  std::vector<int64_t> lengths;
  GoldenLogits logits;
  bool has_mtp = false;
  GoldenLogits mtp;
  struct Chain {
    int64_t length = 0;  // of the tokens that it follows
    std::vector<int32_t> guesses;
    std::vector<double> margins;
  };
  std::vector<Chain> mtp_chains;  // what the MTP head guesses, each from the one before
  std::vector<int32_t> greedy_tokens;
  std::vector<double> greedy_margins;
  int64_t greedy_prompt = 0;
};

// Names of all checkpoints below tests/golden/models.
std::vector<std::string> golden_model_names();
GoldenModel read_golden_model(const std::string& name);

struct GoldenGguf {
  std::string path;
  std::string twin;  // name of the checkpoint with the same weights
};
std::vector<GoldenGguf> golden_ggufs();

struct GoldenLora {
  std::string base;
  std::vector<std::string> adapters;  // directories
  int64_t tokens = 0;                 // the first of the base's
  GoldenLogits logits;
};
std::vector<GoldenLora> golden_loras();

}  // namespace capy
