// SPDX-License-Identifier: Apache-2.0
// Divides a streamed answer into thinking and answer. A thinking model writes <think> ... </think> first; where the
// chat template has written the opening tag, the text begins inside. Tags may arrive in pieces: what could still become
// a tag is held back. Line breaks around the thinking and before the answer belong to the tags and are left out.
#pragma once

#include <string>
#include <string_view>

namespace capy {

class ThinkingSplitter {
 public:
  // `inside`: the prompt ends with an open <think>.
  explicit ThinkingSplitter(bool inside) : state_(inside ? State::kThinking : State::kStart), trims_(true) {}

  struct Pieces {
    std::string thinking;
    std::string answer;
  };
  // What the next text adds to each.
  Pieces feed(std::string_view text);
  // What was held back; at the end of the stream.
  Pieces finish();

  bool in_thinking() const { return state_ == State::kThinking; }

 private:
  enum class State { kStart, kThinking, kAnswer };
  void advance(Pieces& pieces, bool last);
  void emit(std::string& out, std::string_view text);

  State state_;
  bool trims_;           // nothing but line breaks has come in this part yet
  std::string pending_;  // not yet given out: perhaps the beginning of a tag, or line breaks before one
};

// True when the rendered prompt ends inside an open thinking block.
bool ends_in_thinking(std::string_view prompt);

}  // namespace capy
