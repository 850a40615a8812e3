// SPDX-License-Identifier: Apache-2.0
// Tokens to text, one by one: gives whole characters only, so that a terminal or a client never sees half of one.
// The texts of all feed() calls and of finish(), put together, are Tokenizer::decode of all ids.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "text/tokenizer.h"

namespace capy {

class StreamDecoder {
 public:
  struct Options {
    Tokenizer::Special special = Tokenizer::Special::kSkip;
    bool at_start = true;  // of a text: SentencePiece's first space is dropped; false for the continuation of one
  };

  // `tokenizer` must outlive this.
  explicit StreamDecoder(const Tokenizer& tokenizer) : StreamDecoder(tokenizer, Options()) {}
  StreamDecoder(const Tokenizer& tokenizer, Options options);

  // The characters that this token completes; often none. What is not UTF-8 becomes U+FFFD as soon as that is certain.
  // Valid until the next call.
  std::string_view feed(int32_t id);

  // What is left: U+FFFD if the last tokens ended within a character, else nothing. Then it starts anew.
  std::string_view finish();

  // Whether bytes wait for the rest of their character.
  bool waits() const { return !bytes_.empty(); }

 private:
  const Tokenizer* tokenizer_;
  Options options_;
  bool drops_space_;   // the next byte, if it is a space, was not in the text
  std::string bytes_;  // of a character that is not complete: at most three
  std::string text_;   // the last answer
};

}  // namespace capy
