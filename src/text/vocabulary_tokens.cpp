// SPDX-License-Identifier: Apache-2.0
#include "text/vocabulary_tokens.h"

#include <cmath>
#include <optional>
#include <string>
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

// Both replace `bytes`.
Result<Preference> sentencepiece_bytes(std::string& bytes, std::string_view token, TokenType type, size_t id) {
  if (type == TokenType::kByte) {
    const int byte = byte_of_token(token);
    if (byte < 0) {
      return Error{ErrorCode::kCorrupt,
                   concat("tokenizer: token ", id, " is a byte token, but \"", token, "\" is no byte")};
    }
    bytes.assign(1, static_cast<char>(byte));
    return Preference::kByte;
  }
  bytes = with_plain_spaces(token);
  if (type != TokenType::kNormal) return Preference::kSpecial;
  // No text has plain spaces: they are U+2581 by then.
  return token.find(' ') != std::string_view::npos ? Preference::kNotFound : Preference::kOrdinary;
}

Preference byte_level_bytes(std::string& bytes, std::string_view token, TokenType type) {
  bytes.clear();
  const bool ordinary = type == TokenType::kNormal;
  if (ordinary && append_alphabet_bytes(bytes, token)) return Preference::kOrdinary;
  bytes.assign(token);
  return ordinary ? Preference::kNotFound : Preference::kSpecial;  // no text has characters outside the alphabet
}

Result<Preference> token_bytes(std::string& bytes, const Vocabulary& vocabulary, size_t id) {
  const TokenType type = vocabulary.type(id);
  const std::string_view token = vocabulary.tokens[id];
  bytes.clear();
  if (type == TokenType::kUnused || token.empty()) return Preference::kNotFound;
  if (vocabulary.model == Vocabulary::Model::kByteLevelBpe) return byte_level_bytes(bytes, token, type);
  return sentencepiece_bytes(bytes, token, type, id);
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
  std::vector<int32_t> by_preference[4];
  std::string bytes;
  for (size_t id = 0; id < vocabulary.tokens.size(); ++id) {
    const Preference preference = TRY(token_bytes(bytes, vocabulary, id));
    table.add(bytes);
    by_preference[static_cast<size_t>(preference)].push_back(static_cast<int32_t>(id));
  }
  for (const Preference turn : {Preference::kByte, Preference::kSpecial, Preference::kOrdinary}) {
    if (table.make_findable(by_preference[static_cast<size_t>(turn)])) continue;
    return Error{ErrorCode::kCorrupt, "tokenizer: too many tokens share a hash"};
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
