// SPDX-License-Identifier: Apache-2.0
#include "text/vocabulary_tokens.h"

#include <cmath>
#include <optional>
#include <vector>

#include "base/concat.h"
#include "text/byte_alphabet.h"

namespace capy {
namespace {

constexpr std::string_view kSpaceSymbol = "\xe2\x96\x81";  // U+2581

Error limit_error(std::string_view what, int64_t is, int64_t limit) {
  return Error{ErrorCode::kLimit, concat("tokenizer: ", is, " ", what, "; at most ", limit)};
}

Error count_error(std::string_view what, size_t is, size_t tokens) {
  return Error{ErrorCode::kCorrupt, concat("tokenizer: ", is, " ", what, " for ", tokens, " tokens")};
}

Status check_numbers(const Vocabulary& vocabulary) {
  const size_t count = vocabulary.tokens.size();
  if (!vocabulary.types.empty() && vocabulary.types.size() != count) {
    return count_error("types", vocabulary.types.size(), count);
  }
  if (!vocabulary.scores.empty() && vocabulary.scores.size() != count) {
    return count_error("scores", vocabulary.scores.size(), count);
  }
  for (size_t id = 0; id < vocabulary.types.size(); ++id) {
    const int64_t type = vocabulary.types[id];
    if (type >= 1 && type <= 6) continue;
    return Error{ErrorCode::kCorrupt, concat("tokenizer: token ", id, " has type ", type, "; known are 1 to 6")};
  }
  for (size_t id = 0; id < vocabulary.scores.size(); ++id) {
    if (std::isfinite(vocabulary.scores[id])) continue;
    return Error{ErrorCode::kCorrupt, concat("tokenizer: the score of token ", id, " is not a finite number")};
  }
  return {};
}

// How early a token is found when others write the same bytes.
enum class Preference { kNotFound, kByte, kSpecial, kOrdinary };

struct TokenBytes {
  std::string bytes;
  Preference preference = Preference::kOrdinary;
};

Result<TokenBytes> sentencepiece_bytes(std::string_view token, TokenType type, size_t id) {
  if (type == TokenType::kByte) {
    const int byte = byte_of_token(token);
    if (byte < 0) {
      return Error{ErrorCode::kCorrupt,
                   concat("tokenizer: token ", id, " is a byte token, but \"", token, "\" is no byte")};
    }
    return TokenBytes{std::string(1, static_cast<char>(byte)), Preference::kByte};
  }
  const bool plain_space = token.find(' ') != std::string_view::npos;  // no text has one: they are U+2581 by then
  if (type == TokenType::kNormal) {
    return TokenBytes{with_plain_spaces(token), plain_space ? Preference::kNotFound : Preference::kOrdinary};
  }
  return TokenBytes{with_plain_spaces(token), Preference::kSpecial};
}

Result<TokenBytes> byte_level_bytes(std::string_view token, TokenType type) {
  if (type != TokenType::kNormal) return TokenBytes{std::string(token), Preference::kSpecial};
  TokenBytes made;
  if (append_alphabet_bytes(made.bytes, token)) return made;
  return TokenBytes{std::string(token), Preference::kNotFound};  // no text has characters outside the alphabet
}

Result<TokenBytes> token_bytes(const Vocabulary& vocabulary, size_t id) {
  const TokenType type = vocabulary.type(id);
  if (type == TokenType::kUnused) return TokenBytes{"", Preference::kNotFound};
  const bool byte_level = vocabulary.model == Vocabulary::Model::kByteLevelBpe;
  const std::string_view token = vocabulary.tokens[id];
  TokenBytes made = TRY(byte_level ? byte_level_bytes(token, type) : sentencepiece_bytes(token, type, id));
  if (made.bytes.empty()) made.preference = Preference::kNotFound;
  return made;
}

std::optional<int> hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return std::nullopt;
}

}  // namespace

Status check_vocabulary(const Vocabulary& vocabulary, const TokenizerLimits& limits) {
  const auto count = static_cast<int64_t>(vocabulary.tokens.size());
  const auto merges = static_cast<int64_t>(vocabulary.merges.size());
  if (count == 0) return Error{ErrorCode::kInvalid, "tokenizer: the vocabulary is empty"};
  if (count > limits.tokens_max) return limit_error("tokens", count, limits.tokens_max);
  if (merges > limits.merges_max) return limit_error("merges", merges, limits.merges_max);
  int64_t bytes = 0;
  for (const std::string_view token : vocabulary.tokens) {
    const auto size = static_cast<int64_t>(token.size());
    if (size > limits.token_bytes_max) return limit_error("bytes in one token", size, limits.token_bytes_max);
    bytes += size;
  }
  if (bytes > limits.vocabulary_bytes_max) return limit_error("bytes of tokens", bytes, limits.vocabulary_bytes_max);
  return check_numbers(vocabulary);
}

Result<TokenTable> make_token_table(const Vocabulary& vocabulary) {
  TokenTable table;
  size_t bytes_total = 0;
  for (const std::string_view token : vocabulary.tokens) bytes_total += token.size();
  table.reserve(vocabulary.tokens.size(), bytes_total);
  std::vector<Preference> preferences;
  preferences.reserve(vocabulary.tokens.size());
  for (size_t id = 0; id < vocabulary.tokens.size(); ++id) {
    const TokenBytes made = TRY(token_bytes(vocabulary, id));
    table.add(made.bytes);
    preferences.push_back(made.preference);
  }
  for (const Preference turn : {Preference::kByte, Preference::kSpecial, Preference::kOrdinary}) {
    for (size_t id = 0; id < preferences.size(); ++id) {
      if (preferences[id] != turn || table.make_findable(static_cast<int32_t>(id))) continue;
      return Error{ErrorCode::kCorrupt, "tokenizer: too many tokens share a hash"};
    }
  }
  return table;
}

int byte_of_token(std::string_view token) {
  if (token.size() != 6 || !token.starts_with("<0x") || token[5] != '>') return -1;
  const auto high = hex_digit(token[3]);
  const auto low = hex_digit(token[4]);
  return high && low ? *high * 16 + *low : -1;
}

std::string with_plain_spaces(std::string_view token) {
  std::string plain;
  plain.reserve(token.size());
  while (!token.empty()) {
    const bool space = token.starts_with(kSpaceSymbol);
    plain += space ? ' ' : token[0];
    token.remove_prefix(space ? kSpaceSymbol.size() : 1);
  }
  return plain;
}

}  // namespace capy
