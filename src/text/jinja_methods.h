// SPDX-License-Identifier: Apache-2.0
// The methods of strings, dictionaries and lists. Strings keep the origin of every byte that they hand on.
#pragma once

#include <optional>
#include <string_view>

#include "text/jinja_value.h"

namespace capy::jinja {

Result<Value> call_string_method(Budget& budget, const Value& self, std::string_view name, const Arguments& arguments);
Result<Value> call_dict_method(Budget& budget, const Value& self, std::string_view name, const Arguments& arguments);
Result<Value> call_list_method(Budget& budget, const Value& self, std::string_view name, const Arguments& arguments);

// Shared with the filters of the same names.
enum class Case { kUpper, kLower, kTitle, kTitleWords, kCapitalize, kSwap };  // kTitleWords: as the filter `title` does
Result<Value> with_case(Budget& budget, const Value& text, Case wanted);
Result<Value> stripped(Budget& budget, const Value& text, std::optional<std::string_view> set);
// count < 0: all of them
Result<Value> replaced(Budget& budget, const Value& text, const Value& old, const Value& replacement, int64_t count);
Result<Value> joined(Budget& budget, const Text& separator, const std::vector<Value>& items, bool only_strings);
// `left` and `right` times the fill at the ends.
Result<Value> padded(Budget& budget, const Value& text, int64_t left, int64_t right, std::string_view fill);
// `width` characters with the fill on both sides, Python's way of halving.
Result<Value> centered(Budget& budget, const Value& text, int64_t width, std::string_view fill);
// The lines of a text, without their ends.
Result<std::vector<Text>> lines_of(Budget& budget, const Text& text, bool keep_ends);

}  // namespace capy::jinja
