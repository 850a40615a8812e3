// SPDX-License-Identifier: Apache-2.0
#include "apps/held_out.h"

#include <algorithm>
#include <numbers>

#include "base/concat.h"
#include "text/tokenizer.h"

namespace capy {
namespace {

// Ids that are no tokens, and those that write nothing of a text, have no bytes.
std::vector<uint16_t> bytes_of_tokens(const Tokenizer& tokenizer, int64_t vocabulary) {
  std::vector<uint16_t> bytes(static_cast<size_t>(vocabulary));
  const int64_t count = std::min(vocabulary, tokenizer.token_count());
  for (int64_t id = 0; id < count; ++id) {
    const auto token = static_cast<int32_t>(id);
    if (tokenizer.is_special(token)) continue;
    bytes[static_cast<size_t>(id)] =
        static_cast<uint16_t>(std::min<size_t>(tokenizer.token_bytes(token).size(), 65535));
  }
  return bytes;
}

}  // namespace

Result<HeldOut> HeldOut::open(const std::string& directory, int64_t tokens_max, const SampleStream& training) {
  const StreamSource source{directory, 0, 1};
  SampleStream stream = TRY(SampleStream::open(std::span(&source, 1), {training.sample_tokens(), 0}));
  if (stream.tokenizer_hash() != training.tokenizer_hash() || stream.vocabulary() != training.vocabulary()) {
    return Error{ErrorCode::kInvalid, concat(directory, ": made with another tokenizer than the data to learn")};
  }
  const Tokenizer tokenizer = TRY(Tokenizer::open_directory(stream.tokenizer_directory()));
  std::vector<uint16_t> bytes = bytes_of_tokens(tokenizer, stream.vocabulary());
  const int64_t samples = std::clamp<int64_t>(tokens_max / stream.sample_tokens(), 1, stream.samples());
  return HeldOut(std::move(stream), samples, std::move(bytes));
}

int64_t HeldOut::bytes_of(const Sample& sample) const {
  int64_t bytes = 0;
  for (int64_t i = 0; i < stream_.sample_tokens(); ++i) {
    if (sample.is_target(i)) bytes += token_bytes_[static_cast<size_t>(sample.tokens[static_cast<size_t>(i + 1)])];
  }
  return bytes;
}

Result<std::optional<HeldOutLoss>> HeldOut::measure(train::TrainState& state,
                                                    const std::function<bool(double)>& on_progress) const {
  train::Losses total;
  int64_t bytes = 0;
  Sample sample;
  train::PackedSample packed;
  for (int64_t i = 0; i < samples_; ++i) {
    if (!on_progress(static_cast<double>(i) / static_cast<double>(samples_))) return std::optional<HeldOutLoss>();
    TRY(stream_.read(i, sample));
    packed.set(sample.tokens, sample.marks, stream_.sample_tokens(), {Sample::kLoss, Sample::kStart});
    const train::Sample one = packed.sample();
    total += state.losses(std::span(&one, 1));
    bytes += bytes_of(sample);
  }
  if (total.weights <= 0) return Error{ErrorCode::kInvalid, "no token of the held-out data is to be predicted"};
  HeldOutLoss result{total.sum / total.weights, std::nullopt};
  if (bytes > 0) result.bits_per_byte = total.sum / std::numbers::ln2 / static_cast<double>(bytes);
  return std::optional(result);
}

}  // namespace capy
