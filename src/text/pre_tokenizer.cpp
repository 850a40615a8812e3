// SPDX-License-Identifier: Apache-2.0
#include "text/pre_tokenizer.h"

#include <algorithm>
#include <array>

#include "text/split_regex.h"
#include "text/unicode.h"

namespace capy {
namespace {

// The regexes that the scanners below implement, alternative by alternative. \p{L} letter, \p{M} mark, \p{N} number.
constexpr std::string_view kQwen35Regex =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr std::string_view kQwen2Regex =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr std::string_view kLlama3Regex =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr std::string_view kGpt2Regex = R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";

bool is_newline(char c) { return c == '\n' || c == '\r'; }

// Calls of one class: what belongs to a word, and what to a run of symbols.
struct Classes {
  bool marks_in_words;

  bool in_word(CharClass c) const { return c == CharClass::kLetter || (marks_in_words && c == CharClass::kMark); }
  bool in_symbols(CharClass c) const { return c != CharClass::kSpace && c != CharClass::kNumber && !in_word(c); }
};

// Bytes of the longest prefix of text[from..] whose characters all satisfy `belongs`, plus `from`.
template <class Belongs>
size_t run_end(std::string_view text, size_t from, Belongs belongs) {
  while (from < text.size()) {
    const CharAt c = char_at(text.substr(from));
    if (!belongs(c.char_class)) break;
    from += c.bytes;
  }
  return from;
}

size_t number_end(std::string_view text, size_t from, int digits_max) {
  for (int i = 0; i < digits_max; ++i) {
    const CharAt c = char_at(text.substr(from));
    if (c.bytes == 0 || c.char_class != CharClass::kNumber) break;
    from += c.bytes;
  }
  return from;
}

// 's 't 'm 'd 're 've 'll after an apostrophe: their bytes with it, or 0. Ignoring case, the long s U+017F is an s too.
size_t contraction_bytes(std::string_view text, bool ignore_case) {
  if (text.size() < 2 || text[0] != '\'') return 0;
  if (ignore_case && text.substr(1, 2) == "\xc5\xbf") return 3;
  const auto letter = [&](size_t i) {
    const char c = i < text.size() ? text[i] : '\0';
    return ignore_case && c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  };
  const char first = letter(1);
  if (first == 's' || first == 't' || first == 'm' || first == 'd') return 2;
  const char second = letter(2);
  if ((first == 'r' && second == 'e') || (first == 'v' && second == 'e') || (first == 'l' && second == 'l')) return 3;
  return 0;
}

struct SpaceRun {
  size_t end = 0;           // of the white space at the start of the text
  size_t last_begin = 0;    // of its last character
  size_t newlines_end = 0;  // behind its last \r or \n; 0: none
  size_t characters = 0;
};

SpaceRun space_run(std::string_view text) {
  SpaceRun run;
  while (run.end < text.size()) {
    const CharAt c = char_at(text.substr(run.end));
    if (c.char_class != CharClass::kSpace) break;
    run.last_begin = run.end;
    if (is_newline(text[run.end])) run.newlines_end = run.end + 1;
    run.end += c.bytes;
    ++run.characters;
  }
  return run;
}

// \s+(?!\S)|\s+ : the last space of a run is left for the word behind it, unless it is the only one.
size_t space_bytes(const SpaceRun& run, bool at_end) {
  return at_end || run.characters == 1 ? run.end : run.last_begin;
}

// The Qwen and Llama 3 family: alternatives in the order of their regexes.
size_t qwen_piece_bytes(std::string_view text, Classes classes, int digits_max) {
  const CharAt first = char_at(text);
  const auto in_word = [&](CharClass c) { return classes.in_word(c); };
  const auto in_symbols = [&](CharClass c) { return classes.in_symbols(c); };
  if (in_word(first.char_class)) return run_end(text, first.bytes, in_word);
  if (first.char_class == CharClass::kNumber) return number_end(text, 0, digits_max);
  if (const size_t bytes = contraction_bytes(text, true); bytes > 0) return bytes;
  if (!is_newline(text[0]) && in_word(char_at(text.substr(first.bytes)).char_class)) {
    return run_end(text, first.bytes, in_word);
  }
  const size_t symbols = text[0] == ' ' ? 1 : 0;
  size_t end = run_end(text, symbols, in_symbols);
  if (end > symbols) {
    while (end < text.size() && is_newline(text[end])) ++end;
    return end;
  }
  const SpaceRun run = space_run(text);
  return run.newlines_end > 0 ? run.newlines_end : space_bytes(run, run.end == text.size());
}

// GPT-2. `digits_apart`: a digit is a piece, and what follows it does not see it: white space before it counts as last.
size_t gpt2_piece_bytes(std::string_view text, bool digits_apart) {
  constexpr Classes classes{false};
  if (digits_apart && char_at(text).char_class == CharClass::kNumber) return char_at(text).bytes;
  if (const size_t bytes = contraction_bytes(text, false); bytes > 0) return bytes;
  const size_t begin = text[0] == ' ' ? 1 : 0;
  const CharAt first = char_at(text.substr(begin));
  const size_t second = begin + first.bytes;
  if (first.bytes > 0 && first.char_class == CharClass::kLetter) {
    return run_end(text, second, [](CharClass c) { return c == CharClass::kLetter; });
  }
  if (first.bytes > 0 && first.char_class == CharClass::kNumber && !digits_apart) {
    return run_end(text, second, [](CharClass c) { return c == CharClass::kNumber; });
  }
  if (first.bytes > 0 && classes.in_symbols(first.char_class)) {
    return run_end(text, second, [&](CharClass c) { return classes.in_symbols(c); });
  }
  const SpaceRun run = space_run(text);
  const bool before_digit = digits_apart && char_at(text.substr(run.end)).char_class == CharClass::kNumber;
  return space_bytes(run, run.end == text.size() || before_digit);
}

// [\p{P}\$\+<=>\^~\|] of GGUF's "default".
bool is_punctuated(std::string_view text) {
  return char_at(text).char_class == CharClass::kPunctuation ||
         std::string_view("$+<=>^~|").find(text[0]) != std::string_view::npos;
}

std::string_view take(std::string_view& text, size_t bytes) {
  const std::string_view taken = text.substr(0, bytes);
  text.remove_prefix(bytes);
  return taken;
}

bool is_ascii_digit(char c) { return c >= '0' && c <= '9'; }

// Of the maximal run of punctuation, or of anything else, at the start.
size_t punctuated_run_bytes(std::string_view text) {
  const bool punctuated = is_punctuated(text);
  size_t end = char_at(text).bytes;
  while (end < text.size() && is_punctuated(text.substr(end)) == punctuated) end += char_at(text.substr(end)).bytes;
  return end;
}

// A GPT-2 piece cut again: numbers stand alone, and among them ASCII digits by threes.
size_t number_cut_bytes(std::string_view piece) {
  const auto is_number = [](CharClass c) { return c == CharClass::kNumber; };
  const size_t numbers = run_end(piece, 0, is_number);
  if (numbers == 0) return run_end(piece, 0, [&](CharClass c) { return !is_number(c); });
  size_t digits = 0;
  for (size_t i = 0; i < numbers; ++i) {
    digits = is_ascii_digit(piece[i]) ? digits + 1 : 0;
    if (digits == 3) return i == 2 ? 3 : i - 2;
  }
  return numbers;
}

}  // namespace

std::optional<PreTokenizer> pre_tokenizer_by_gguf_name(std::string_view name) {
  struct Name {
    std::string_view name;
    PreTokenizer kind;
  };
  static constexpr std::array kNames = {
      Name{"qwen35", PreTokenizer::kQwen35},
      Name{"qwen2", PreTokenizer::kQwen2},
      Name{"deepseek-r1-qwen", PreTokenizer::kQwen2},
      Name{"llama-bpe", PreTokenizer::kLlama3},
      Name{"llama3", PreTokenizer::kLlama3},
      Name{"llama-v3", PreTokenizer::kLlama3},
      Name{"gpt-2", PreTokenizer::kGpt2},
      Name{"smollm", PreTokenizer::kSmolLm},
      Name{"refact", PreTokenizer::kSmolLm},
      Name{"starcoder", PreTokenizer::kSmolLm},
      Name{"command-r", PreTokenizer::kSmolLm},
      Name{"codeshell", PreTokenizer::kSmolLm},
      Name{"default", PreTokenizer::kPunctuated},
  };
  const auto found = std::find_if(kNames.begin(), kNames.end(), [&](const Name& n) { return n.name == name; });
  if (found == kNames.end()) return std::nullopt;
  return found->kind;
}

std::optional<PreTokenizer> pre_tokenizer_by_regex(std::string_view regex) {
  if (regex == kQwen35Regex) return PreTokenizer::kQwen35;
  if (regex == kQwen2Regex) return PreTokenizer::kQwen2;
  if (regex == kLlama3Regex) return PreTokenizer::kLlama3;
  if (regex == kGpt2Regex) return PreTokenizer::kGpt2;
  return std::nullopt;
}

std::optional<std::string_view> pre_tokenizer_regex(PreTokenizer kind) {
  switch (kind) {
    case PreTokenizer::kQwen35: return kQwen35Regex;
    case PreTokenizer::kQwen2: return kQwen2Regex;
    case PreTokenizer::kLlama3: return kLlama3Regex;
    default: return std::nullopt;
  }
}

bool pre_tokenizer_implies_nfc(PreTokenizer kind) {
  return kind == PreTokenizer::kQwen35 || kind == PreTokenizer::kQwen2;
}

PieceScanner::PieceScanner(PreTokenizer kind, std::string_view text) : kind_(kind), rest_(text) {}

std::string_view PieceScanner::next() {
  if (kind_ == PreTokenizer::kPunctuated) return next_punctuated();
  if (rest_.empty()) return {};
  switch (kind_) {
    case PreTokenizer::kQwen35: return take(rest_, qwen_piece_bytes(rest_, Classes{true}, 1));
    case PreTokenizer::kQwen2: return take(rest_, qwen_piece_bytes(rest_, Classes{false}, 1));
    case PreTokenizer::kLlama3: return take(rest_, qwen_piece_bytes(rest_, Classes{false}, 3));
    case PreTokenizer::kGpt2: return take(rest_, gpt2_piece_bytes(rest_, false));
    default: return take(rest_, gpt2_piece_bytes(rest_, true));
  }
}

std::string_view PieceScanner::next_punctuated() {
  if (piece_.empty()) {
    if (run_.empty()) {
      if (rest_.empty()) return {};
      run_ = take(rest_, punctuated_run_bytes(rest_));
    }
    piece_ = take(run_, gpt2_piece_bytes(run_, false));
  }
  return take(piece_, number_cut_bytes(piece_));
}

}  // namespace capy
