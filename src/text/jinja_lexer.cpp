// SPDX-License-Identifier: Apache-2.0
#include "text/jinja_lexer.h"

#include <algorithm>
#include <charconv>

#include "base/concat.h"
#include "base/utf8.h"
#include "text/jinja_characters.h"
#include "text/jinja_literals.h"

namespace capy::jinja {
namespace {

std::string with_plain_newlines(std::string_view source) {
  std::string out;
  out.reserve(source.size());
  for (size_t i = 0; i < source.size(); ++i) {
    if (source[i] == '\r') {
      out += '\n';
      if (i + 1 < source.size() && source[i + 1] == '\n') ++i;
    } else {
      out += source[i];
    }
  }
  if (!out.empty() && out.back() == '\n') out.pop_back();
  return out;
}

class Lexer {
 public:
  Lexer(std::string_view source, std::string_view name) : source_(source), name_(name) {}

  Result<std::vector<Token>> run() {
    while (at_ < source_.size()) TRY(next_part());
    push(Token::Type::kEnd);
    return std::move(tokens_);
  }

 private:
  using Type = Token::Type;

  // Data up to the next tag, and that tag.
  Status next_part() {
    const size_t begin = at_;
    const size_t tag = next_tag(begin);
    if (tag == std::string_view::npos) {
      push_data(source_.substr(begin));
      at_ = source_.size();
      return {};
    }
    const char kind = source_[tag + 1];
    const char sign = sign_at(tag + 2);
    push_data(cut_before_tag(source_.substr(begin, tag - begin), kind, sign));
    count_lines(begin, tag);
    at_ = tag + 2 + (sign == 0 ? 0 : 1);
    if (kind == '#') return comment();
    if (kind == '%' && begins_raw()) return raw();
    push(kind == '%' ? Type::kBlockBegin : Type::kVariableBegin);
    return inside_tag(kind == '%' ? '%' : '}');
  }

  size_t next_tag(size_t from) const {
    for (size_t brace = source_.find('{', from); brace != std::string_view::npos;
         brace = source_.find('{', brace + 1)) {
      const char next = brace + 1 < source_.size() ? source_[brace + 1] : 0;
      if (next == '%' || next == '{' || next == '#') return brace;
    }
    return std::string_view::npos;
  }

  char sign_at(size_t place) const {
    return place < source_.size() && (source_[place] == '-' || source_[place] == '+') ? source_[place] : 0;
  }

  std::string_view cut_before_tag(std::string_view data, char kind, char sign) const {
    if (sign == '-') return data.substr(0, strip(data, Side::kRight, {}).end);
    if (sign == '+' || kind == '{') return data;
    const size_t newline = data.rfind('\n');
    const size_t line = newline == std::string_view::npos ? 0 : newline + 1;
    const bool is_line_start = newline != std::string_view::npos || starts_line_;
    const bool only_space = strip(data.substr(line), Side::kLeft, {}).begin == data.size() - line;
    return is_line_start && only_space ? data.substr(0, line) : data;
  }

  // The end of a block or comment tag is at `at_`: takes it with what it cuts behind itself.
  void end_tag(size_t close_begin, size_t bytes, bool cuts_all, bool cuts_newline) {
    const size_t begin = at_;
    at_ = close_begin + bytes;
    if (cuts_all) {
      at_ += strip(source_.substr(at_), Side::kLeft, {}).begin;
    } else if (cuts_newline && at_ < source_.size() && source_[at_] == '\n') {
      ++at_;
    }
    count_lines(begin, at_);
    starts_line_ = source_[at_ - 1] == '\n';
  }

  Status comment() {
    const size_t close = source_.find("#}", at_);
    if (close == std::string_view::npos) return fail("the comment is not closed");
    const char sign = close > at_ ? source_[close - 1] : 0;
    end_tag(close, 2, sign == '-', sign != '+');
    return {};
  }

  size_t skip_space(size_t place) const { return place + strip(source_.substr(place), Side::kLeft, {}).begin; }

  // Behind "{%": the rest of a tag that says just `word`; its "%}" or "-%}" is at the place returned.
  size_t word_tag(size_t place, std::string_view word) const {
    const size_t begin = skip_space(place);
    if (source_.substr(begin, word.size()) != word) return std::string_view::npos;
    const size_t end = skip_space(begin + word.size());
    const std::string_view rest = source_.substr(end);
    return rest.starts_with("%}") || rest.starts_with("-%}") || rest.starts_with("+%}") ? end : std::string_view::npos;
  }

  bool begins_raw() const {
    const size_t end = word_tag(at_, "raw");
    return end != std::string_view::npos && source_[end] != '+';
  }

  Status raw() {
    const size_t open = word_tag(at_, "raw");
    end_tag(open, source_[open] == '-' ? 3 : 2, source_[open] == '-', false);
    const size_t begin = at_;
    for (size_t tag = source_.find("{%", at_); tag != std::string_view::npos; tag = source_.find("{%", tag + 1)) {
      const char sign = sign_at(tag + 2);
      const size_t close = word_tag(tag + 2 + (sign == 0 ? 0 : 1), "endraw");
      if (close == std::string_view::npos) continue;
      push_data(cut_before_tag(source_.substr(begin, tag - begin), '%', sign));
      const char end_sign = source_[close];
      end_tag(close, end_sign == '%' ? 2 : 3, end_sign == '-', end_sign == '%');
      return {};
    }
    return fail("the raw block is not closed");
  }

  // Tokens up to the tag's end; `closer` is the character before the final brace.
  Status inside_tag(char closer) {
    while (true) {
      const size_t begin = at_;
      at_ = skip_space(at_);
      count_lines(begin, at_);
      if (at_ >= source_.size()) return fail("the template ends inside a tag");
      if (brackets_.empty() && take_end(closer)) return {};
      TRY(token());
    }
  }

  bool take_end(char closer) {
    const std::string_view rest = source_.substr(at_);
    const char sign = sign_at(at_);
    const size_t skip = sign == 0 || (sign == '+' && closer != '%') ? 0 : 1;
    if (rest.size() < skip + 2 || rest[skip] != closer || rest[skip + 1] != '}') return false;
    push(closer == '%' ? Type::kBlockEnd : Type::kVariableEnd);
    end_tag(at_, skip + 2, sign == '-', closer == '%' && sign != '+');
    return true;
  }

  Status token() {
    const char c = source_[at_];
    if (is_digit(static_cast<unsigned char>(c))) return number();
    if (c == '\'' || c == '"') return string();
    if (const size_t bytes = name_bytes(); bytes > 0) {
      push(Type::kName).text = source_.substr(at_, bytes);
      at_ += bytes;
      return {};
    }
    return operator_();
  }

  size_t name_bytes() const {
    size_t end = at_;
    while (end < source_.size()) {
      const size_t bytes = character_bytes(source_, end);
      const uint32_t c = code_point_at(source_, end, bytes);
      if (c != '_' && !is_letter(c) && !(is_digit(c) && end > at_)) break;
      end += bytes;
    }
    return end - at_;
  }

  Status number() {
    const bool after_dot = !tokens_.empty() && tokens_.back().is_operator(".") && at_ > 0 && source_[at_ - 1] == '.';
    const NumberLiteral literal = read_number(source_.substr(at_), !after_dot);
    if (!literal.is_valid) return fail("a number that is too large");
    Token& token = push(literal.is_float ? Type::kFloat : Type::kInteger);
    token.text = source_.substr(at_, literal.bytes);
    token.integer = literal.integer;
    token.number = literal.number;
    at_ += literal.bytes;
    return {};
  }

  Status string() {
    const char quote = source_[at_];
    size_t end = at_ + 1;
    while (end < source_.size() && source_[end] != quote) end += source_[end] == '\\' ? 2 : 1;
    if (end >= source_.size()) return fail("the string is not closed");
    Result<std::string> value = unescape(source_.substr(at_ + 1, end - at_ - 1));
    if (!value.ok()) return fail(value.error().message);
    push(Type::kString).text = std::move(value).take();
    count_lines(at_, end);
    at_ = end + 1;
    return {};
  }

  Status operator_() {
    static constexpr std::string_view kOperators[] = {"//", "**", "==", "!=", ">=", "<=", "+", "-", "/",
                                                      "*",  "%",  "~",  "[",  "]",  "(",  ")", "{", "}",
                                                      ">",  "<",  "=",  ".",  ":",  "|",  ",", ";"};
    const std::string_view rest = source_.substr(at_);
    const auto found = std::find_if(std::begin(kOperators), std::end(kOperators),
                                    [&](std::string_view candidate) { return rest.starts_with(candidate); });
    if (found == std::end(kOperators)) {
      return fail(concat("unexpected character '", rest.substr(0, character_bytes(source_, at_)), "'"));
    }
    TRY(balance(found->front()));
    push(Type::kOperator).text = *found;
    at_ += found->size();
    return {};
  }

  Status balance(char bracket) {
    if (bracket == '(' || bracket == '[' || bracket == '{') brackets_ += bracket;
    if (bracket != ')' && bracket != ']' && bracket != '}') return {};
    const char opener = bracket == ')' ? '(' : bracket == ']' ? '[' : '{';
    if (brackets_.empty() || brackets_.back() != opener) return fail(concat("unexpected '", bracket, "'"));
    brackets_.pop_back();
    return {};
  }

  Token& push(Type type) {
    tokens_.push_back(Token{type, line_, {}, 0, 0});
    return tokens_.back();
  }

  void push_data(std::string_view data) {
    if (!data.empty()) push(Type::kData).text = data;
  }

  void count_lines(size_t begin, size_t end) {
    line_ += static_cast<int>(std::count(source_.begin() + static_cast<std::ptrdiff_t>(begin),
                                         source_.begin() + static_cast<std::ptrdiff_t>(end), '\n'));
  }

  Error fail(std::string_view what) const { return Error{ErrorCode::kInvalid, concat(name_, ":", line_, ": ", what)}; }

  std::string_view source_;
  std::string_view name_;
  size_t at_ = 0;
  int line_ = 1;
  bool starts_line_ = true;
  std::string brackets_;
  std::vector<Token> tokens_;
};

}  // namespace

Result<std::vector<Token>> tokenize(std::string_view source, std::string_view name) {
  for (size_t at = 0; at < source.size();) {
    const size_t bytes = utf8_sequence_bytes(source.substr(at));
    if (bytes == 0) return Error{ErrorCode::kInvalid, concat(name, ": byte ", at, " is not UTF-8")};
    at += bytes;
  }
  const std::string plain = with_plain_newlines(source);
  return Lexer(plain, name).run();
}

}  // namespace capy::jinja
