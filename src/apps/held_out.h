// SPDX-License-Identifier: Apache-2.0
// Text that a training run does not learn, and how well its model predicts it: the mean loss over the tokens that
// count, each document from its own beginning, as in training. Bits per byte divide by the bytes that those tokens
// stand for; what has no bytes in a text (the end of a text, of a turn) costs its bits all the same.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "apps/step_record.h"
#include "base/result.h"
#include "data/stream.h"
#include "train/train.h"

namespace capy {

class HeldOut {
 public:
  // At most `tokens_max` tokens of the data set, in samples as long as those of the training, always the same ones.
  // kInvalid where it was made with another tokenizer than the training's data.
  static Result<HeldOut> open(const std::string& directory, int64_t tokens_max, const SampleStream& training);

  // `on_progress` is called between samples with the fraction that is done; nothing comes back when it returns false.
  Result<std::optional<HeldOutLoss>> measure(train::TrainState& state,
                                             const std::function<bool(double)>& on_progress) const;

 private:
  HeldOut(SampleStream stream, int64_t samples, std::vector<uint16_t> token_bytes)
      : stream_(std::move(stream)), samples_(samples), token_bytes_(std::move(token_bytes)) {}
  int64_t bytes_of(const Sample& sample) const;

  SampleStream stream_;
  int64_t samples_;
  std::vector<uint16_t> token_bytes_;  // of each id
};

}  // namespace capy
