// SPDX-License-Identifier: Apache-2.0
#include "text/jinja_splitting.h"

#include <algorithm>

#include "text/jinja_characters.h"
#include "text/jinja_methods.h"

namespace capy::jinja {
namespace {

// What a small string costs in steps: its object is larger than its bytes.
constexpr int64_t kPieceSteps = 4;

class Pieces {
 public:
  Pieces(Budget& budget, const Value& whole) : budget_(budget), whole_(whole) {}

  void add(size_t begin, size_t end) {
    if (budget_.charge(kPieceSteps)) {
      pieces_.emplace_back(whole_.text().slice(begin, end), whole_.is_markup());
    }
  }
  // Found from the end, so turned round.
  void reverse() { std::reverse(pieces_.begin(), pieces_.end()); }
  Result<Value> finish(Shape shape = Shape::kList) {
    if (budget_.is_spent()) return budget_.spent_error();
    return make_list(budget_, std::move(pieces_), shape);
  }

 private:
  Budget& budget_;
  const Value& whole_;
  std::vector<Value> pieces_;
};

bool is_space_at(std::string_view text, size_t at, size_t& bytes) {
  bytes = character_bytes(text, at);
  return is_space(code_point_at(text, at, bytes));
}

// The words between whitespace, with their places.
std::vector<Range> words_of(std::string_view text) {
  std::vector<Range> words;
  size_t bytes = 0;
  for (size_t at = 0; at < text.size();) {
    if (is_space_at(text, at, bytes)) {
      at += bytes;
      continue;
    }
    const size_t begin = at;
    while (at < text.size() && !is_space_at(text, at, bytes)) at += bytes;
    words.push_back({begin, at});
  }
  return words;
}

Result<Value> split_at_space(Budget& budget, const Value& self, int64_t count, bool from_right) {
  Pieces pieces(budget, self);
  const std::vector<Range> words = words_of(self.view());
  if (!budget.charge(static_cast<int64_t>(words.size()))) return budget.spent_error();
  const size_t all = words.size();
  const size_t cuts = count < 0 ? all : static_cast<size_t>(std::min<int64_t>(count, static_cast<int64_t>(all)));
  if (cuts >= all) {
    for (const Range& word : words) pieces.add(word.begin, word.end);
  } else if (from_right) {
    pieces.add(0, words[all - cuts - 1].end);
    for (size_t i = all - cuts; i < all; ++i) pieces.add(words[i].begin, words[i].end);
  } else {
    for (size_t i = 0; i < cuts; ++i) pieces.add(words[i].begin, words[i].end);
    pieces.add(words[cuts].begin, self.text().size());
  }
  return pieces.finish();
}

Result<Value> split(Budget& budget, const Value& self, bool from_right, const Arguments& arguments) {
  const Bound bound = TRY(bind(from_right ? "rsplit" : "split", arguments, {"sep", "maxsplit"}));
  const std::optional<std::string_view> separator = TRY(bound.string(0));
  int64_t count = TRY(bound.integer(1, -1));
  if (!separator) return split_at_space(budget, self, count, from_right);
  if (separator->empty()) return Error{ErrorCode::kInvalid, "empty separator"};
  Pieces pieces(budget, self);
  const std::string_view text = self.view();
  if (from_right) {
    size_t end = text.size();
    for (; count != 0; --count) {
      const size_t place = find_last(text.substr(0, end), *separator);
      if (place == std::string_view::npos) break;
      // A short separator is searched from the end, a long one from the beginning (find_last).
      const size_t walked = separator->size() > 32 ? end : end - place;
      if (!budget.charge_bytes(walked)) return budget.spent_error();
      pieces.add(place + separator->size(), end);
      end = place;
    }
    pieces.add(0, end);
    pieces.reverse();
    return pieces.finish();
  }
  size_t begin = 0;
  for (; count != 0; --count) {
    const size_t place = find_first(text, *separator, begin);
    if (place == std::string_view::npos) break;
    pieces.add(begin, place);
    begin = place + separator->size();
  }
  pieces.add(begin, text.size());
  return pieces.finish();
}

Result<Value> partition(Budget& budget, const Value& self, bool from_right, const Arguments& arguments) {
  const Bound bound = TRY(bind(from_right ? "rpartition" : "partition", arguments, {"sep"}, 1));
  const std::string_view separator = TRY(bound.required_string(0));
  if (separator.empty()) return Error{ErrorCode::kInvalid, "empty separator"};
  const size_t size = self.text().size();
  const size_t place = from_right ? find_last(self.view(), separator) : find_first(self.view(), separator);
  Pieces pieces(budget, self);
  if (place == std::string_view::npos) {
    pieces.add(0, from_right ? 0 : size);
    pieces.add(0, 0);
    pieces.add(from_right ? 0 : size, size);
  } else {
    pieces.add(0, place);
    pieces.add(place, place + separator.size());
    pieces.add(place + separator.size(), size);
  }
  return pieces.finish(Shape::kTuple);
}

// Where a line ends, for str.splitlines.
size_t line_end_bytes(std::string_view text, size_t at) {
  if (text[at] == '\r') return text.substr(at).starts_with("\r\n") ? 2 : 1;
  const size_t bytes = character_bytes(text, at);
  const uint32_t c = code_point_at(text, at, bytes);
  const bool ends = (c >= 10 && c <= 12) || (c >= 0x1c && c <= 0x1e) || c == 0x85 || c == 0x2028 || c == 0x2029;
  return ends ? bytes : 0;
}

Result<Value> split_lines(Budget& budget, const Value& self, const Arguments& arguments) {
  const Bound bound = TRY(bind("splitlines", arguments, {"keepends"}));
  std::vector<Value> lines;
  for (Text& line : TRY(lines_of(budget, self.text(), bound.truth(0, false)))) {
    lines.emplace_back(std::move(line), self.is_markup());
  }
  return make_list(budget, std::move(lines));
}

Result<Value> find(Budget& budget, const Value& self, std::string_view name, const Arguments& arguments) {
  const Bound bound = TRY(bind(name, arguments, {"sub", "start", "end"}, 1));
  const std::string_view wanted = TRY(bound.required_string(0));
  const auto [skipped, part] = TRY(part_of(budget, self.view(), bound));
  if (!budget.charge_bytes(part.size() + wanted.size())) return budget.spent_error();
  const bool from_right = name == "rfind" || name == "rindex";
  const size_t place = from_right ? find_last(part, wanted) : find_first(part, wanted);
  if (place == std::string_view::npos) {
    if (name == "index" || name == "rindex") return Error{ErrorCode::kInvalid, "substring not found"};
    return Value(int64_t{-1});
  }
  return Value(static_cast<int64_t>(count_characters(self.view().substr(0, skipped + place))));
}

Result<Value> count(Budget& budget, const Value& self, const Arguments& arguments) {
  const Bound bound = TRY(bind("count", arguments, {"sub", "start", "end"}, 1));
  const std::string_view wanted = TRY(bound.required_string(0));
  const std::string_view part = TRY(part_of(budget, self.view(), bound)).second;
  if (wanted.empty()) return Value(static_cast<int64_t>(count_characters(part)) + 1);
  int64_t found = 0;
  for (size_t at = find_first(part, wanted); at != std::string_view::npos;
       at = find_first(part, wanted, at + wanted.size())) {
    ++found;
  }
  return Value(found);
}

Result<Value> expand_tabs(Budget& budget, const Value& self, const Arguments& arguments) {
  const Bound bound = TRY(bind("expandtabs", arguments, {"tabsize"}));
  const int64_t width = TRY(bound.integer(0, 8));
  Text out;
  int64_t column = 0;
  for (size_t at = 0; at < self.text().size();) {
    const size_t bytes = character_bytes(self.view(), at);
    const char c = self.view()[at];
    if (c == '\t') {
      const int64_t spaces = width > 0 ? width - column % width : 0;
      TRY(budget.take_string(out.size() + static_cast<size_t>(std::min(spaces, budget.limits().string_bytes_max + 1))));
      out.append(std::string(static_cast<size_t>(spaces), ' '), self.text().origin_at(at));
      column += spaces;
    } else {
      out.append(self.text(), at, at + bytes);
      column = c == '\n' || c == '\r' ? 0 : column + 1;
    }
    at += bytes;
  }
  return Value(std::move(out), self.is_markup());
}

}  // namespace

Result<std::vector<Text>> lines_of(Budget& budget, const Text& text, bool keep_ends) {
  TRY(budget.take_string(text.size()));
  std::vector<Text> lines;
  size_t begin = 0;
  for (size_t at = 0; at < text.size();) {
    const size_t bytes = line_end_bytes(text.view(), at);
    if (bytes == 0) {
      at += character_bytes(text.view(), at);
      continue;
    }
    if (!budget.charge(kPieceSteps)) return budget.spent_error();
    lines.push_back(text.slice(begin, keep_ends ? at + bytes : at));
    at += bytes;
    begin = at;
  }
  if (begin < text.size()) lines.push_back(text.slice(begin, text.size()));
  return lines;
}

Result<std::pair<size_t, std::string_view>> part_of(Budget& budget, std::string_view text, const Bound& bound) {
  if (bound[1] == nullptr && bound[2] == nullptr) return std::pair(size_t{0}, text);
  if (!budget.charge_bytes(text.size())) return budget.spent_error();
  const int64_t count = static_cast<int64_t>(count_characters(text));
  const auto place = [&](int64_t index) { return std::clamp<int64_t>(index < 0 ? index + count : index, 0, count); };
  const bool has_end = bound[2] != nullptr && !bound[2]->is(Kind::kNone);
  const bool has_begin = bound[1] != nullptr && !bound[1]->is(Kind::kNone);
  const size_t begin = byte_of_character(text, static_cast<size_t>(has_begin ? place(TRY(bound.integer(1, 0))) : 0));
  const size_t end = byte_of_character(text, static_cast<size_t>(has_end ? place(TRY(bound.integer(2, 0))) : count));
  return std::pair(begin, end > begin ? text.substr(begin, end - begin) : std::string_view());
}

Result<Value> call_splitting_method(Budget& budget, const Value& self, std::string_view name,
                                    const Arguments& arguments) {
  if (name == "split") return split(budget, self, false, arguments);
  if (name == "rsplit") return split(budget, self, true, arguments);
  if (name == "splitlines") return split_lines(budget, self, arguments);
  if (name == "partition") return partition(budget, self, false, arguments);
  if (name == "rpartition") return partition(budget, self, true, arguments);
  if (name == "find" || name == "rfind" || name == "index" || name == "rindex")
    return find(budget, self, name, arguments);
  if (name == "count") return count(budget, self, arguments);
  if (name == "expandtabs") return expand_tabs(budget, self, arguments);
  return Error{ErrorCode::kUnsupported, concat("str.", name, " is not supported")};
}

}  // namespace capy::jinja
