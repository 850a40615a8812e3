// SPDX-License-Identifier: Apache-2.0
// Calls: macros, the functions that every template has, the loop's own. (The map is in jinja_interpreter.h.)
#include <algorithm>
#include <cmath>

#include "text/jinja_arguments.h"
#include "text/jinja_format.h"
#include "text/jinja_interpreter.h"
#include "text/jinja_lookup.h"
#include "text/jinja_methods.h"
#include "text/jinja_print.h"

namespace capy::jinja {

Result<Value> Interpreter::call(const Value& callee, Arguments arguments) {
  switch (callee.kind()) {
    case Kind::kMacro: return call_macro(*callee.macro(), std::move(arguments));
    case Kind::kFunction: return call_function(callee.function(), arguments);
    case Kind::kMethod: return call_method(callee.method().self, callee.method().name, arguments);
    case Kind::kLoop: return recurse(callee.loop(), arguments);
    case Kind::kNamespace:
      if (callee.space()->role == Namespace::Role::kJoiner) {
        if (callee.space()->position++ == 0) return template_string("");
        return callee.space()->entries[0].second;
      }
      break;
    case Kind::kUndefined: return undefined_error(callee.undefined());
    default: break;
  }
  return Error{ErrorCode::kInvalid, concat("'", type_name(callee), "' object is not callable")};
}

Result<Value> Interpreter::call_method(const Value& self, std::string_view name, const Arguments& arguments) {
  if (is_forbidden_method(self, name)) {
    return Error{ErrorCode::kInvalid,
                 concat("'", type_name(self), ".", name, "' is not allowed: values cannot be changed")};
  }
  switch (self.kind()) {
    case Kind::kString:
      if (name == "format") return format_braces(*this, self, arguments);
      return call_string_method(budget_, self, name, arguments);
    case Kind::kDict: return call_dict_method(budget_, self, name, arguments);
    case Kind::kList: return call_list_method(budget_, self, name, arguments);
    case Kind::kLoop: return call_loop_method(self.loop(), name, arguments);
    case Kind::kFloat: return Value(std::isfinite(self.number()) && std::floor(self.number()) == self.number());
    case Kind::kNamespace: {
      Namespace& cycler = *self.space();
      const Value current = cycler.entries[static_cast<size_t>(cycler.position)].second;
      cycler.position = name == "reset" ? 0 : (cycler.position + 1) % static_cast<int64_t>(cycler.entries.size());
      return name == "reset" ? Value(None{}) : current;
    }
    default: return Error{ErrorCode::kInvalid, concat("'", type_name(self), "' has no method '", name, "'")};
  }
}

Interpreter::Evaluated Interpreter::call_macro(const Macro& macro, Arguments arguments) {
  TRY(enter());
  const Signature& signature = macro.node->signature;
  auto scope = std::make_unique<Scope>(macro.scope);
  Scope* const outer = std::exchange(scope_, scope.get());
  TRY(bind_parameters(signature, *scope, arguments));
  Text text;
  Text* const out = std::exchange(out_, &text);
  ++depth_;
  TRY(run_block(macro.node->blocks[0]));
  --depth_;
  out_ = out;
  leave_scope(std::move(scope));
  scope_ = outer;
  return Value(std::move(text));
}

Status Interpreter::bind_parameters(const Signature& signature, Scope& scope, Arguments& arguments) {
  std::vector<Value>& positional = arguments.positional;
  auto& named = arguments.named;
  const size_t expected = signature.parameters.size();
  const auto take_named = [&](std::string_view name) -> std::optional<Value> {
    const auto place = std::find_if(named.begin(), named.end(), [&](const auto& pair) { return pair.first == name; });
    if (place == named.end()) return std::nullopt;
    Value value = std::move(place->second);
    named.erase(place);
    return value;
  };
  for (size_t i = 0; i < expected; ++i) {
    const Signature::Parameter& parameter = signature.parameters[i];
    std::optional<Value> value = take_named(parameter.name);
    if (i < positional.size()) {
      if (value) {
        return Error{ErrorCode::kInvalid,
                     concat("macro '", signature.name, "' got two values for '", parameter.name, "'")};
      }
      value = std::move(positional[i]);
    }
    if (!value && parameter.fallback != nullptr) value = TRY(evaluate(*parameter.fallback));
    if (!value) value = Value(Undefined{Undefined::Reason::kVariable, Kind::kUndefined, parameter.name});
    scope.set(parameter.symbol, *std::move(value));
  }
  if (signature.uses_caller) {
    const Value none(Undefined{Undefined::Reason::kVariable, Kind::kUndefined, "caller"});
    scope.set(Symbols::kCaller, take_named("caller").value_or(none));
  }
  if (signature.uses_kwargs) {
    std::vector<Dict::Entry> entries;
    // A name may come from a value's key (**mapping), so it is a value.
    for (auto& [name, value] : named) entries.emplace_back(value_string(name), std::move(value));
    named.clear();
    scope.set(Symbols::kKwargs, TRY(make_dict(budget_, std::move(entries))));
  }
  if (!named.empty()) {
    return Error{ErrorCode::kInvalid, concat("macro '", signature.name, "' takes no argument '", named[0].first, "'")};
  }
  if (signature.uses_varargs) {
    std::vector<Value> rest;
    for (size_t i = expected; i < positional.size(); ++i) rest.push_back(std::move(positional[i]));
    scope.set(Symbols::kVarargs, TRY(make_list(budget_, std::move(rest), Shape::kTuple)));
  } else if (positional.size() > expected) {
    return Error{ErrorCode::kInvalid,
                 concat("macro '", signature.name, "' takes not more than ", expected, " arguments")};
  }
  return {};
}

namespace {

Result<Value> range(Budget& budget, const Arguments& arguments) {
  const Bound bound = TRY(bind("range", arguments, {"start", "stop", "step"}, 1));
  int64_t start = TRY(bound.integer(0, 0));
  int64_t stop = TRY(bound.integer(1, 0));
  const int64_t step = TRY(bound.integer(2, 1));
  if (bound[1] == nullptr) stop = std::exchange(start, 0);
  if (step == 0) return Error{ErrorCode::kInvalid, "range() arg 3 must not be zero"};
  // In unsigned numbers no difference overflows.
  const uint64_t distance = step > 0 ? static_cast<uint64_t>(stop) - static_cast<uint64_t>(start)
                                     : static_cast<uint64_t>(start) - static_cast<uint64_t>(stop);
  const uint64_t stride = step > 0 ? static_cast<uint64_t>(step) : uint64_t{0} - static_cast<uint64_t>(step);
  const bool is_empty = step > 0 ? stop <= start : stop >= start;
  const uint64_t count = is_empty ? 0 : (distance - 1) / stride + 1;
  if (count > static_cast<uint64_t>(budget.limits().range_items_max)) {
    return Error{ErrorCode::kLimit,
                 concat("range() of ", count, " numbers; at most ", budget.limits().range_items_max)};
  }
  TRY(budget.take_items(count));
  auto list = std::make_shared<List>();
  list->shape = Shape::kRange;
  list->label = concat("range(", start, ", ", stop, step == 1 ? std::string(")") : concat(", ", step, ")"));
  for (uint64_t i = 0; i < count; ++i) list->items.emplace_back(start + static_cast<int64_t>(i) * step);
  return Value(std::shared_ptr<const List>(std::move(list)));
}

// dict(pairs or mapping, name=value ...), also for namespace().
Result<std::vector<Dict::Entry>> entries_of(Budget& budget, const Arguments& arguments) {
  std::vector<Dict::Entry> entries;
  if (arguments.positional.size() > 1) return Error{ErrorCode::kInvalid, "expected at most 1 argument"};
  if (!arguments.positional.empty()) {
    const Value& source = arguments.positional[0];
    if (source.is(Kind::kDict)) {
      entries = source.dict().entries;
    } else {
      for (const Value& pair : TRY(elements_of(budget, source))) {
        const std::vector<Value> parts = TRY(elements_of(budget, pair));
        if (parts.size() != 2) return Error{ErrorCode::kInvalid, "dict() needs pairs"};
        TRY(put(budget, entries, parts[0], parts[1]));
      }
    }
  }
  for (const auto& [name, value] : arguments.named) TRY(put(budget, entries, value_string(name), value));
  return entries;
}

Status fill_namespace(Budget& budget, Namespace& space, const Arguments& arguments) {
  for (auto& [key, value] : TRY(entries_of(budget, arguments))) {
    if (!key.is(Kind::kString)) continue;  // cannot be reached
    if (key.view().starts_with('_')) {
      return Error{ErrorCode::kInvalid, "a namespace's attribute may not begin with an underscore"};
    }
    space.entries.emplace_back(key.view(), std::move(value));
  }
  return {};
}

}  // namespace

Interpreter::Evaluated Interpreter::raise(const Arguments& arguments) {
  if (arguments.positional.size() != 1) return Error{ErrorCode::kInvalid, "raise_exception takes one argument"};
  const Text message = TRY(text_of(budget_, arguments.positional[0]));
  constexpr size_t kMessageBytesMax = 2000;  // it may contain a whole message of the chat
  return Error{ErrorCode::kInvalid, std::string(message.view().substr(0, kMessageBytesMax))};
}

Interpreter::Evaluated Interpreter::call_function(Function function, const Arguments& arguments) {
  switch (function) {
    case Function::kRange: return range(budget_, arguments);
    case Function::kRaiseException: return raise(arguments);
    case Function::kDict: return make_dict(budget_, TRY(entries_of(budget_, arguments)));
    case Function::kNamespace: {
      Namespace* const space = make_namespace(Namespace::Role::kNamespace);
      TRY(fill_namespace(budget_, *space, arguments));
      return Value(space);
    }
    case Function::kStrftimeNow: {
      const Bound bound = TRY(bind("strftime_now", arguments, {"format"}, 1));
      const std::string_view format = TRY(bound.required_string(0));
      return value_string(TRY(clock_.now(format)));
    }
    case Function::kCycler: {
      if (arguments.positional.empty()) return Error{ErrorCode::kInvalid, "at least one item has to be provided"};
      Namespace* const cycler = make_namespace(Namespace::Role::kCycler);
      for (const Value& item : arguments.positional) cycler->entries.emplace_back("", item);
      return Value(cycler);
    }
    case Function::kJoiner: {
      const Bound bound = TRY(bind("joiner", arguments, {"sep"}));
      Namespace* const joiner = make_namespace(Namespace::Role::kJoiner);
      joiner->entries.emplace_back("", bound[0] == nullptr ? template_string(", ") : *bound[0]);
      return Value(joiner);
    }
  }
  return Value();
}

Interpreter::Evaluated Interpreter::call_loop_method(Loop& loop, std::string_view name, const Arguments& arguments) {
  const std::vector<Value>& items = arguments.positional;
  if (name == "cycle") {
    if (items.empty()) return Error{ErrorCode::kInvalid, "no items for cycling given"};
    return items[static_cast<size_t>(loop.index0) % items.size()];
  }
  // changed(...): whether the arguments differ from those of the call before
  if (!loop.is_running) return Value(true);
  if (loop.changed && loop.changed->size() == items.size() &&
      std::equal(items.begin(), items.end(), loop.changed->begin(),
                 [&](const Value& a, const Value& b) { return equal(budget_, a, b); })) {
    return Value(false);
  }
  loop.changed = items;
  return Value(true);
}

}  // namespace capy::jinja
