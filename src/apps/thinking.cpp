// SPDX-License-Identifier: Apache-2.0
#include "apps/thinking.h"

#include <algorithm>

namespace capy {
namespace {

constexpr std::string_view kOpen = "<think>";
constexpr std::string_view kClose = "</think>";
constexpr std::string_view kLineBreaks = "\r\n";
constexpr std::string_view kSpace = " \t\r\n";

// Bytes at the end of `text` that may be the beginning of `tag`, with the line breaks before them.
size_t held_back(std::string_view text, std::string_view tag) {
  size_t held = 0;
  for (size_t length = std::min(text.size(), tag.size() - 1); length > 0 && held == 0; --length) {
    if (text.ends_with(tag.substr(0, length))) held = length;
  }
  while (held < text.size() && kLineBreaks.find(text[text.size() - held - 1]) != std::string_view::npos) ++held;
  return held;
}

}  // namespace

ThinkingSplitter::Pieces ThinkingSplitter::feed(std::string_view text) {
  Pieces pieces;
  pending_ += text;
  advance(pieces, false);
  return pieces;
}

ThinkingSplitter::Pieces ThinkingSplitter::finish() {
  Pieces pieces;
  advance(pieces, true);
  return pieces;
}

void ThinkingSplitter::advance(Pieces& pieces, bool last) {
  if (state_ == State::kStart) {
    const size_t begins = std::min(pending_.find_first_not_of(kSpace), pending_.size());
    const std::string_view rest = std::string_view(pending_).substr(begins);
    if (rest.starts_with(kOpen)) {
      pending_.erase(0, begins + kOpen.size());
      state_ = State::kThinking;
    } else if (!kOpen.starts_with(rest) || last) {
      state_ = State::kAnswer;
      trims_ = false;  // an answer without thinking is given as it is
    } else {
      return;
    }
  }
  if (state_ == State::kThinking) {
    const size_t closes = pending_.find(kClose);
    if (closes == std::string::npos) {
      const size_t ready = pending_.size() - (last ? 0 : held_back(pending_, kClose));
      emit(pieces.thinking, std::string_view(pending_).substr(0, ready));
      pending_.erase(0, ready);
      return;
    }
    std::string_view thinking = std::string_view(pending_).substr(0, closes);
    thinking = thinking.substr(0, thinking.find_last_not_of(kLineBreaks) + 1);
    emit(pieces.thinking, thinking);
    pending_.erase(0, closes + kClose.size());
    state_ = State::kAnswer;
    trims_ = true;
  }
  emit(pieces.answer, pending_);
  pending_.clear();
}

void ThinkingSplitter::emit(std::string& out, std::string_view text) {
  if (trims_) {
    const size_t begins = text.find_first_not_of(kLineBreaks);
    if (begins == std::string_view::npos) return;
    text.remove_prefix(begins);
    trims_ = false;
  }
  out += text;
}

bool ends_in_thinking(std::string_view prompt) {
  const size_t last = prompt.find_last_not_of(kSpace);
  return last != std::string_view::npos && prompt.substr(0, last + 1).ends_with(kOpen);
}

}  // namespace capy
