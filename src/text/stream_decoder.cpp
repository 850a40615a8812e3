// SPDX-License-Identifier: Apache-2.0
#include "text/stream_decoder.h"

#include "text/broken_utf8.h"

namespace capy {

StreamDecoder::StreamDecoder(const Tokenizer& tokenizer, Options options)
    : tokenizer_(&tokenizer), options_(options), drops_space_(options.at_start && tokenizer.has_space_prefix()) {}

std::string_view StreamDecoder::feed(int32_t id) {
  text_.clear();
  if (options_.special == Tokenizer::Special::kSkip && tokenizer_->is_special(id)) return text_;
  std::string_view added = tokenizer_->token_bytes(id);
  if (drops_space_ && !added.empty()) {
    if (added[0] == ' ') added.remove_prefix(1);
    drops_space_ = false;
  }
  bytes_ += added;
  bytes_.erase(0, append_complete_text(text_, bytes_));
  return text_;
}

std::string_view StreamDecoder::finish() {
  text_.clear();
  append_text(text_, bytes_);
  bytes_.clear();
  drops_space_ = options_.at_start && tokenizer_->has_space_prefix();
  return text_;
}

}  // namespace capy
