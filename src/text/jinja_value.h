// SPDX-License-Identifier: Apache-2.0
// The values that a chat template computes with: Python's, as far as templates can see them.
//
// Lists, tuples and dictionaries are immutable once made (as in transformers' immutable sandbox), so they are shared,
// never copied, and cannot contain themselves. The mutable things (namespaces, macros) belong to the interpreter and
// are named here by plain pointers, so that no cycle of owners can exist; values live no longer than their interpreter.
// Every container knows its depth, and makers refuse more than the limit: destroying or walking a value cannot overflow
// the stack.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/concat.h"
#include "base/json.h"
#include "base/result.h"
#include "text/jinja_budget.h"
#include "text/jinja_text.h"

namespace capy::jinja {

struct List;
struct Dict;
struct Namespace;
struct Macro;
struct Loop;
struct BoundMethod;

enum class Kind : uint8_t {
  kUndefined,
  kNone,
  kBool,
  kInt,
  kFloat,
  kString,
  kList,
  kDict,
  kNamespace,
  kMacro,
  kLoop,
  kFunction,
  kMethod
};

// Functions that every template has.
enum class Function : uint8_t { kRange, kNamespace, kDict, kRaiseException, kStrftimeNow, kCycler, kJoiner };

// What a look-up that found nothing gives. It prints as nothing, is false, and fails when it is used further.
// `name` belongs to the template's tree, or is empty where the name was computed.
struct Undefined {
  enum class Reason : uint8_t { kVariable, kAttribute, kElement, kUnsafe, kMissingElse };
  Reason reason = Reason::kVariable;
  Kind owner = Kind::kUndefined;  // of the attribute or element
  std::string_view name;
};

struct None {};

struct String {
  std::shared_ptr<const Text> text;
  bool is_markup = false;  // from |safe or |escape: adding a plain string to it escapes that string
};

class Value {
 public:
  Value() = default;
  Value(Undefined undefined) : data_(undefined) {}
  Value(None none) : data_(none) {}
  explicit Value(bool truth) : data_(truth) {}
  explicit Value(int64_t number) : data_(number) {}
  explicit Value(double number) : data_(number) {}
  explicit Value(Text text, bool is_markup = false)
      : data_(String{std::make_shared<const Text>(std::move(text)), is_markup}) {}
  explicit Value(String text) : data_(std::move(text)) {}
  explicit Value(std::shared_ptr<const List> list) : data_(std::move(list)) {}
  explicit Value(std::shared_ptr<const Dict> dict) : data_(std::move(dict)) {}
  explicit Value(Namespace* space) : data_(space) {}
  explicit Value(Macro* macro) : data_(macro) {}
  explicit Value(std::shared_ptr<Loop> loop) : data_(std::move(loop)) {}
  explicit Value(Function function) : data_(function) {}
  explicit Value(std::shared_ptr<const BoundMethod> method) : data_(std::move(method)) {}

  Kind kind() const { return static_cast<Kind>(data_.index()); }
  bool is(Kind wanted) const { return kind() == wanted; }
  bool is_number() const { return is(Kind::kInt) || is(Kind::kFloat) || is(Kind::kBool); }
  bool is_integral() const { return is(Kind::kInt) || is(Kind::kBool); }

  // Only for the right kind.
  bool truth() const { return std::get<bool>(data_); }
  int64_t integer() const { return is(Kind::kBool) ? (truth() ? 1 : 0) : std::get<int64_t>(data_); }
  double number() const { return is(Kind::kFloat) ? std::get<double>(data_) : static_cast<double>(integer()); }
  const Undefined& undefined() const { return std::get<Undefined>(data_); }
  const String& string() const { return std::get<String>(data_); }
  const Text& text() const { return *string().text; }
  std::string_view view() const { return text().view(); }
  bool is_markup() const { return is(Kind::kString) && string().is_markup; }
  const List& list() const { return *std::get<std::shared_ptr<const List>>(data_); }
  const Dict& dict() const { return *std::get<std::shared_ptr<const Dict>>(data_); }
  Namespace* space() const { return std::get<Namespace*>(data_); }
  Macro* macro() const { return std::get<Macro*>(data_); }
  Loop& loop() const { return *std::get<std::shared_ptr<Loop>>(data_); }
  Function function() const { return std::get<Function>(data_); }
  const BoundMethod& method() const { return *std::get<std::shared_ptr<const BoundMethod>>(data_); }

 private:
  // In the order of Kind.
  std::variant<Undefined, None, bool, int64_t, double, String, std::shared_ptr<const List>, std::shared_ptr<const Dict>,
               Namespace*, Macro*, std::shared_ptr<Loop>, Function, std::shared_ptr<const BoundMethod>>
      data_;
};

// Everything that is a row of values. Only lists, tuples and ranges can be indexed; a generator (what map, select and
// their kin give) is always true, has no length, and can be walked once: so it is in jinja2, and templates depend on
// it.
enum class Shape : uint8_t { kList, kTuple, kGroup, kRange, kKeys, kValues, kItems, kGenerator };

struct List {
  std::vector<Value> items;
  Shape shape = Shape::kList;
  int depth = 1;
  mutable bool is_used_up = false;  // a generator that was walked
  std::string label;                // how a range prints
};

struct Dict {
  using Entry = std::pair<Value, Value>;
  std::vector<Entry> entries;  // in order of insertion; keys differ
  int depth = 1;

  // Linear: what templates look into is small, and the interpreter charges for the length.
  const Value* find(std::string_view key) const;
};

struct Namespace {
  enum class Role : uint8_t { kNamespace, kCycler, kJoiner };
  Role role = Role::kNamespace;
  std::vector<std::pair<std::string, Value>> entries;
  int64_t position = 0;  // of a cycler; uses of a joiner

  Value* find(std::string_view name);
};

struct BoundMethod {
  Value self;
  std::string name;
};

// The arguments of a call, in order of writing.
struct Arguments {
  std::vector<Value> positional;
  std::vector<std::pair<std::string_view, Value>> named;
  Value spread;  // of **mapping: owns the names that came from it
};

// Strings of our own making.
inline Value template_string(std::string_view text) { return Value(Text(text, kFromTemplate)); }
inline Value value_string(std::string_view text) { return Value(Text(text, kFromValue)); }

// Makers of containers: charge the budget, refuse what is too long or too deep.
Result<Value> make_list(Budget& budget, std::vector<Value> items, Shape shape = Shape::kList);
Result<Value> make_dict(Budget& budget, std::vector<Dict::Entry> entries);  // keys must differ
// Sets or replaces; keys must be hashable (kInvalid otherwise).
Status put(Budget& budget, std::vector<Dict::Entry>& entries, Value key, Value value);
int depth_of(const Value& value);

// A tree from JSON: every string is kFromValue. Integers beyond 64 bits become floats.
Result<Value> value_from_json(Budget& budget, const Json& json);

bool is_true(const Value& value);
// "str", "int", "dict" ...: Python's names, for messages.
std::string_view type_name(const Value& value);
// How an error about an undefined value reads: "'user_name' is undefined".
std::string describe(const Undefined& undefined);
Error undefined_error(const Undefined& undefined);

// Python's ==. Deep, charged to the budget; once that is spent the answer is arbitrary and the interpreter stops.
bool equal(Budget& budget, const Value& a, const Value& b);
// -1, 0 or 1 as a is less, equal or more; an error for kinds that Python does not order.
Result<int> compare(Budget& budget, const Value& a, const Value& b);

// The elements of whatever a for loop can walk: characters of a string, keys of a dictionary. Uses up generators.
Result<std::vector<Value>> elements_of(Budget& budget, const Value& value);
// len(): characters of a string.
Result<int64_t> length_of(const Value& value);

}  // namespace capy::jinja
