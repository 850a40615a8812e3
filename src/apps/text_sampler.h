// SPDX-License-Identifier: Apache-2.0
// What a model writes by now: the engine goes on with some prompts at temperature 0.7, with seeds that stay, so that
// texts of one run can be compared. A prompt of "" stands for nothing: the model gets the first token of one of the
// data's documents (or BOS where it knows one), since in training no document's first token is ever predicted.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "apps/step_record.h"
#include "base/result.h"
#include "data/stream.h"

namespace capy {

class TextSampler {
 public:
  // `prompts` are not empty. kInvalid where there is a "" and the data's documents do not begin in any near sample.
  static Result<TextSampler> make(std::vector<std::string> prompts, int64_t tokens_max, const SampleStream& data);

  // The model's directory is opened and computed in f32. Nothing comes back when `goes_on` returns false.
  Result<std::vector<TextSample>> write(const std::string& model, int threads,
                                        const std::function<bool()>& goes_on) const;

 private:
  TextSampler(std::vector<std::string> prompts, int64_t tokens_max, std::vector<int32_t> beginnings)
      : prompts_(std::move(prompts)), tokens_max_(tokens_max), beginnings_(std::move(beginnings)) {}

  std::vector<std::string> prompts_;
  int64_t tokens_max_;
  std::vector<int32_t> beginnings_;  // for each prompt of ""
};

}  // namespace capy
