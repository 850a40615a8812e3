// SPDX-License-Identifier: Apache-2.0
// The methods of dictionaries and lists (declared in jinja_methods.h). None changes anything.
#include "text/jinja_arguments.h"
#include "text/jinja_methods.h"

namespace capy::jinja {

Result<Value> call_dict_method(Budget& budget, const Value& self, std::string_view name, const Arguments& arguments) {
  const std::vector<Dict::Entry>& entries = self.dict().entries;
  if (name == "get") {
    const Bound bound = TRY(bind(name, arguments, {"key", "default"}, 1));
    if (!budget.charge(static_cast<int64_t>(entries.size()) / 4)) return budget.spent_error();
    for (const auto& [key, value] : entries) {
      if (equal(budget, key, *bound[0])) return value;
    }
    return bound[1] == nullptr ? Value(None{}) : *bound[1];
  }
  if (name == "fromkeys") return Error{ErrorCode::kUnsupported, "dict.fromkeys is not supported"};
  TRY(bind(name, arguments, {}));
  if (name == "copy") return self;
  std::vector<Value> row;
  row.reserve(entries.size());
  if (!budget.charge(static_cast<int64_t>(entries.size()))) return budget.spent_error();
  for (const auto& [key, value] : entries) {
    if (name == "keys") {
      row.push_back(key);
    } else if (name == "values") {
      row.push_back(value);
    } else {
      row.push_back(TRY(make_list(budget, {key, value}, Shape::kTuple)));
    }
  }
  return make_list(budget, std::move(row),
                   name == "keys"     ? Shape::kKeys
                   : name == "values" ? Shape::kValues
                                      : Shape::kItems);
}

Result<Value> call_list_method(Budget& budget, const Value& self, std::string_view name, const Arguments& arguments) {
  if (name == "copy") return self;
  const Bound bound = TRY(bind(name, arguments, {"value"}, 1));
  int64_t found = 0;
  const std::vector<Value>& items = self.list().items;
  for (size_t i = 0; i < items.size(); ++i) {
    if (!equal(budget, items[i], *bound[0])) continue;
    if (name == "index") return Value(static_cast<int64_t>(i));
    ++found;
  }
  if (budget.is_spent()) return budget.spent_error();
  if (name == "index") return Error{ErrorCode::kInvalid, "the value is not in the list"};
  return Value(found);
}

}  // namespace capy::jinja
