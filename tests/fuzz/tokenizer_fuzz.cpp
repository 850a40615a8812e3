// SPDX-License-Identifier: Apache-2.0
// Tokenizers. By its first byte an input is
//   '{'  a tokenizer.json: an error with a message, or a tokenizer that stands the trials below;
//   'V'  a SentencePiece vocabulary, one token a line: type '1' to '6', a character for the score, the token's bytes;
//   else a text for two fixed tokenizers.
// Trials: tokens are within the vocabulary, text makes no control tokens, streaming equals decoding, and what was
// encoded decodes to itself where the vocabulary can write everything.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "base/utf8.h"
#include "text/stream_decoder.h"
#include "text/tokenizer.h"

namespace {

using Ids = std::vector<int32_t>;

void require(bool holds) {
  if (!holds) std::abort();
}

std::string streamed(const capy::Tokenizer& tokenizer, const Ids& ids) {
  capy::StreamDecoder stream(tokenizer, {.special = capy::Tokenizer::Special::kKeep});
  std::string text;
  for (const int32_t id : ids) text += stream.feed(id);
  text += stream.finish();
  return text;
}

Ids encoded(const capy::Tokenizer& tokenizer, std::string_view text) {
  Ids ids;
  tokenizer.encode(text, ids);
  return ids;
}

void try_text(const capy::Tokenizer& tokenizer, std::string_view text) {
  const Ids plain = encoded(tokenizer, text);
  for (const int32_t id : plain) {
    require(id >= 0 && id < tokenizer.token_count());
    require(!tokenizer.is_unused(id));
  }
  require(streamed(tokenizer, plain) == tokenizer.decode(plain));
  Ids special;
  tokenizer.encode_with_special(text, special);
  for (const int32_t id : special) require(id >= 0 && id < tokenizer.token_count());
  require(streamed(tokenizer, special) == tokenizer.decode(special));
  const capy::TextRange half{text.size() / 4, text.size() / 2};
  tokenizer.encode_trusting(text, std::span(&half, 1), special);
}

// Every byte has a token, so nothing is lost; normalising twice changes nothing.
void try_round_trip(const capy::Tokenizer& tokenizer, std::string_view text) {
  const Ids ids = encoded(tokenizer, text);
  for (const int32_t id : ids) require(!tokenizer.is_special(id));
  const std::string back = tokenizer.decode_bytes(ids);
  require(tokenizer.decode_bytes(encoded(tokenizer, back)) == back);
  const bool ascii = std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  if (ascii) require(back == text);
}

void try_result(const capy::Result<capy::Tokenizer>& made, std::string_view text) {
  if (!made.ok()) return require(!made.error().message.empty());
  try_text(made.value(), text);
  try_text(made.value(), "It's 42  years,\n\n ok \xc3\xa9\xcc\x81 \xe6\xb0\xb4 <|im_start|><think> \xff");
  for (const int32_t id : {-1, 0, 1, INT32_MAX, INT32_MIN}) (void)made.value().token_bytes(id);
  for (const int32_t stop : made.value().stop_tokens()) require(stop >= 0 && stop < made.value().token_count());
}

capy::Result<capy::Tokenizer> from_lines(std::string_view text) {
  capy::Vocabulary vocabulary = capy::Vocabulary::for_gguf("llama", "").value();
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    vocabulary.types.push_back(line.empty() ? 1 : line[0] - '0');
    vocabulary.scores.push_back(line.size() < 2 ? 0.0f : static_cast<float>(-line[1]));
    vocabulary.tokens.push_back(line.substr(std::min<size_t>(line.size(), 2)));
  }
  if (!vocabulary.types.empty() && vocabulary.types[0] == 2) vocabulary.unknown = 0;
  return capy::Tokenizer::from_vocabulary(vocabulary);
}

// As Qwen3.5's, but small.
capy::Tokenizer make_byte_level() {
  static std::string written[256];
  capy::Vocabulary vocabulary;
  uint32_t next = 0x100;
  for (uint32_t byte = 0; byte < 256; ++byte) {
    const bool itself = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte != 0xad);
    capy::utf8_append(written[byte], itself ? byte : next++);
    vocabulary.tokens.push_back(written[byte]);
  }
  vocabulary.merges = {{"t", "h"}, {"th", "e"}, {"\u0120", "the"}, {"\u00c3", "\u00a9"}, {"a", "a"}, {"aa", "aa"}};
  for (const char* token :
       {"th", "the", "\u0120the", "\u00c3\u00a9", "aa", "aaaa", "unreachable", "<|im_start|>", "<think>"}) {
    vocabulary.tokens.emplace_back(token);
  }
  vocabulary.types.assign(vocabulary.tokens.size(), 1);
  vocabulary.types[263] = 3;
  vocabulary.types[264] = 4;
  vocabulary.added = {{263, true, true}, {264, false, false, true}};
  vocabulary.pre_tokenizer = capy::PreTokenizer::kQwen35;
  vocabulary.nfc = true;
  return std::move(capy::Tokenizer::from_vocabulary(vocabulary)).take();
}

capy::Tokenizer make_sentencepiece() {
  static std::string bytes[256];
  capy::Vocabulary vocabulary = capy::Vocabulary::for_gguf("llama", "").value();
  vocabulary.tokens = {"<unk>",    "<s>",          "\u2581", "t",  "h",       "th",
                       "\u2581th", "\u2581\u2581", "\u00e9", "aa", "h\u2581t"};
  vocabulary.types = {2, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1};
  for (int byte = 0; byte < 256; ++byte) {
    constexpr char kHex[] = "0123456789ABCDEF";
    bytes[byte] = std::string("<0x") + kHex[byte / 16] + kHex[byte % 16] + ">";
    vocabulary.tokens.push_back(bytes[byte]);
    vocabulary.types.push_back(6);
  }
  for (size_t i = 0; i < vocabulary.tokens.size(); ++i) vocabulary.scores.push_back(-static_cast<float>(i % 7));
  return std::move(capy::Tokenizer::from_vocabulary(vocabulary)).take();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const capy::Tokenizer byte_level = make_byte_level();
  static const capy::Tokenizer sentencepiece = make_sentencepiece();
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  if (input.starts_with('{')) {
    try_result(capy::Tokenizer::from_json(input), input);
  } else if (input.starts_with('V')) {
    try_result(from_lines(input.substr(1)), input);
  } else {
    for (const capy::Tokenizer* tokenizer : {&byte_level, &sentencepiece}) {
      try_text(*tokenizer, input);
      try_round_trip(*tokenizer, input);
    }
  }
  return 0;
}
