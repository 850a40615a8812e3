// SPDX-License-Identifier: Apache-2.0
// Statements. (The interpreter's map is in the header.)
#include "text/jinja_interpreter.h"

#include "text/jinja_print.h"

namespace capy::jinja {

Interpreter::Interpreter(const Tree& tree, const Limits& limits, Clock clock)
    : tree_(tree), budget_(limits), clock_(clock), root_(std::make_unique<Scope>(nullptr)), scope_(root_.get()) {}

Interpreter::~Interpreter() = default;

void Interpreter::set_variable(std::string_view name, Value value) {
  const Symbol symbol = tree_.symbols.find(name);
  if (symbol >= 0) root_->set(symbol, std::move(value));
}

Result<Text> Interpreter::run() {
  Text prompt;
  out_ = &prompt;
  // The template's own variables go into a scope of their own, above what it was given.
  auto top = std::make_unique<Scope>(root_.get());
  scope_ = top.get();
  Ran ran = run_block(tree_.body);
  kept_scopes_.push_back(std::move(top));
  if (ran.ok()) return prompt;
  return Error{ran.error().code, concat(tree_.name, ":", error_line_, ": ", ran.error().message)};
}

void Interpreter::remember_line(int line) {
  if (error_line_ == 0) error_line_ = line;  // the innermost place is the most useful one
}

Status Interpreter::enter() {
  if (depth_ >= budget_.limits().render_depth_max) {
    return Error{ErrorCode::kLimit, concat("nested more than ", budget_.limits().render_depth_max, " deep")};
  }
  if (!budget_.charge(1)) return budget_.spent_error();
  return {};
}

void Interpreter::leave_scope(std::unique_ptr<Scope> scope) {
  scope_ = scope->parent();
  if (scope->is_kept()) {
    budget_.charge(20);
    kept_scopes_.push_back(std::move(scope));
  }
}

Interpreter::Ran Interpreter::run_block(const Block& block) {
  for (const auto& statement : block) {
    const Flow flow = TRY(run_statement(*statement));
    if (flow != Flow::kNext) return flow;
  }
  return Flow::kNext;
}

Interpreter::Ran Interpreter::run_statement(const Statement& node) {
  TRY(enter());
  ++depth_;
  Ran ran = run_by_type(node);
  --depth_;
  if (!ran.ok()) remember_line(node.line);
  return ran;
}

Interpreter::Ran Interpreter::run_by_type(const Statement& node) {
  switch (node.type) {
    case Statement::Type::kOutput: TRY(print(node)); break;
    case Statement::Type::kIf: return run_if(node);
    case Statement::Type::kFor: return run_for(node);
    case Statement::Type::kSet: {
      Value value = TRY(evaluate(*node.expressions[0]));
      TRY(assign(*node.targets[0], std::move(value)));
      break;
    }
    case Statement::Type::kSetBlock: TRY(set_block(node)); break;
    case Statement::Type::kMacro: TRY(assign(*node.targets[0], Value(make_macro(node)))); break;
    case Statement::Type::kCallBlock: TRY(call_block(node)); break;
    case Statement::Type::kFilterBlock: TRY(filter_block(node)); break;
    case Statement::Type::kWith: return with(node);
    case Statement::Type::kGeneration: return generation(node);
    case Statement::Type::kBreak: return Flow::kBreak;
    case Statement::Type::kContinue: return Flow::kContinue;
  }
  return Flow::kNext;
}

Status Interpreter::print(const Statement& node) {
  for (const ExpressionPtr& expression : node.expressions) {
    if (expression->type == Expression::Type::kConstant && expression->constant.is(Kind::kString)) {
      TRY(print_value(budget_, expression->constant, *out_));  // data: no copy of the value
      continue;
    }
    const Value value = TRY(evaluate(*expression));
    Status printed = print_value(budget_, value, *out_);
    if (!printed.ok()) {
      remember_line(expression->line);
      return printed;
    }
  }
  return {};
}

Interpreter::Ran Interpreter::run_if(const Statement& node) {
  for (size_t branch = 0; branch < node.expressions.size(); ++branch) {
    if (is_true(TRY(evaluate(*node.expressions[branch])))) return run_block(node.blocks[branch]);
  }
  if (node.blocks.size() > node.expressions.size()) return run_block(node.blocks.back());
  return Flow::kNext;
}

// What the loop walks over: the elements for which its filter is true.
Result<std::vector<Value>> Interpreter::loop_items(const Statement& node, const Value& iterable) {
  std::vector<Value> all = TRY(elements_of(budget_, iterable));
  const Expression* condition = node.expressions[1].get();
  if (condition == nullptr) return all;
  std::vector<Value> wanted;
  for (Value& item : all) {
    auto scope = std::make_unique<Scope>(scope_);
    scope_ = scope.get();
    TRY(assign(*node.targets[0], item));
    const bool is_wanted = is_true(TRY(evaluate(*condition)));
    leave_scope(std::move(scope));
    if (is_wanted) wanted.push_back(std::move(item));
  }
  return wanted;
}

Interpreter::Ran Interpreter::run_for(const Statement& node) {
  const Value iterable = TRY(evaluate(*node.expressions[0]));
  auto loop = std::make_shared<Loop>();
  loop->items = TRY(loop_items(node, iterable));
  return run_loop(node, scope_, *loop, Value(loop));
}

namespace {

// Ends a loop on every way out.
class LoopEnd {
 public:
  explicit LoopEnd(Loop& loop) : loop_(loop) {}
  ~LoopEnd() {
    loop_.is_running = false;
    loop_.changed.reset();
    loop_.outer = nullptr;
  }
  LoopEnd(const LoopEnd&) = delete;
  LoopEnd& operator=(const LoopEnd&) = delete;

 private:
  Loop& loop_;
};

}  // namespace

Interpreter::Ran Interpreter::run_loop(const Statement& node, Scope* outer, Loop& loop, const Value& loop_value) {
  const LoopEnd end(loop);
  for (const Value& item : loop.items) loop.depth_of_items = std::max(loop.depth_of_items, depth_of(item) + 1);
  if (loop.depth_of_items + 1 > budget_.limits().value_depth_max) {
    return Error{ErrorCode::kLimit, "the loop's elements are nested too deep"};
  }
  loop.recursion = node.is_recursive ? &node : nullptr;
  loop.outer = outer;
  for (size_t i = 0; i < loop.items.size(); ++i) {
    if (!budget_.charge(3)) return budget_.spent_error();  // what a turn costs, even with nothing in it
    loop.index0 = static_cast<int64_t>(i);
    auto scope = std::make_unique<Scope>(outer);
    scope_ = scope.get();
    scope->set(Symbols::kLoop, loop_value);
    TRY(assign(*node.targets[0], loop.items[i]));
    const Flow flow = TRY(run_block(node.blocks[0]));
    leave_scope(std::move(scope));
    if (flow == Flow::kBreak) break;
  }
  scope_ = outer;
  if (!loop.items.empty()) return Flow::kNext;
  auto scope = std::make_unique<Scope>(outer);
  scope_ = scope.get();
  const Flow flow = TRY(run_block(node.blocks[1]));
  leave_scope(std::move(scope));
  return flow;
}

// loop(children) inside a recursive loop: the same loop over other elements, as text.
Result<Value> Interpreter::recurse(Loop& loop, const Arguments& arguments) {
  if (loop.recursion == nullptr || !loop.is_running) {
    return Error{ErrorCode::kInvalid, "the loop is not recursive; write {% for ... recursive %}"};
  }
  if (arguments.positional.size() != 1) return Error{ErrorCode::kInvalid, "loop() takes one argument"};
  const Statement& node = *loop.recursion;
  Scope* const present = scope_;
  scope_ = loop.outer;
  auto inner = std::make_shared<Loop>();
  inner->items = TRY(loop_items(node, arguments.positional[0]));
  inner->depth0 = loop.depth0 + 1;
  Text text;
  Text* const out = std::exchange(out_, &text);
  TRY(run_loop(node, loop.outer, *inner, Value(inner)));
  out_ = out;
  scope_ = present;
  return Value(std::move(text));
}

Status Interpreter::assign(const Expression& target, Value value) {
  if (target.type == Expression::Type::kName) {
    scope_->set(target.symbol, std::move(value));
    return {};
  }
  if (target.type == Expression::Type::kTuple) return unpack(target, value);
  const Value object = TRY(evaluate(*target.operands[0]));
  if (!object.is(Kind::kNamespace) || object.space()->role != Namespace::Role::kNamespace) {
    return Error{ErrorCode::kInvalid, "only a namespace's attributes can be set"};
  }
  if (target.name.starts_with('_')) {
    return Error{ErrorCode::kInvalid, "a namespace's attribute may not begin with an underscore"};
  }
  if (Value* present = object.space()->find(target.name)) {
    *present = std::move(value);
  } else {
    object.space()->entries.emplace_back(target.name, std::move(value));
  }
  return {};
}

Status Interpreter::unpack(const Expression& target, const Value& value) {
  if (value.is(Kind::kUndefined)) return undefined_error(value.undefined());
  const std::vector<Value> items = TRY(elements_of(budget_, value));
  if (items.size() != target.operands.size()) {
    return Error{ErrorCode::kInvalid,
                 concat(items.size(), " values cannot be unpacked into ", target.operands.size(), " names")};
  }
  for (size_t i = 0; i < items.size(); ++i) TRY(assign(*target.operands[i], items[i]));
  return {};
}

Result<Text> Interpreter::captured(const Block& block) {
  Text text;
  Text* const out = std::exchange(out_, &text);
  auto scope = std::make_unique<Scope>(scope_);
  scope_ = scope.get();
  TRY(run_block(block));  // on an error the render ends: out_ and scope_ need no repair
  leave_scope(std::move(scope));
  out_ = out;
  return text;
}

Status Interpreter::set_block(const Statement& node) {
  block_text_ = Value(TRY(captured(node.blocks[0])));
  return assign(*node.targets[0], TRY(evaluate(*node.expressions[0])));
}

Status Interpreter::filter_block(const Statement& node) {
  block_text_ = Value(TRY(captured(node.blocks[0])));
  return print_value(budget_, TRY(evaluate(*node.expressions[0])), *out_);
}

Status Interpreter::call_block(const Statement& node) {
  const Expression& expression = *node.expressions[0];
  Arguments arguments = TRY(arguments_of(expression));
  arguments.named.emplace_back("caller", Value(make_macro(node)));
  const Value callee = TRY(evaluate(*expression.operands[0]));
  const Value text = TRY(call(callee, std::move(arguments)));
  return print_value(budget_, text, *out_);
}

Interpreter::Ran Interpreter::generation(const Statement& node) {
  const size_t begin = out_->size();
  auto scope = std::make_unique<Scope>(scope_);
  scope_ = scope.get();
  const Flow flow = TRY(run_block(node.blocks[0]));
  leave_scope(std::move(scope));
  out_->mark(begin, kInGeneration);
  return flow;
}

Interpreter::Ran Interpreter::with(const Statement& node) {
  auto scope = std::make_unique<Scope>(scope_);
  std::vector<Value> values;  // all are computed outside, before the first is set
  for (const ExpressionPtr& expression : node.expressions) values.push_back(TRY(evaluate(*expression)));
  scope_ = scope.get();
  for (size_t i = 0; i < values.size(); ++i) TRY(assign(*node.targets[i], std::move(values[i])));
  const Flow flow = TRY(run_block(node.blocks[0]));
  leave_scope(std::move(scope));
  return flow;
}

Macro* Interpreter::make_macro(const Statement& node) {
  budget_.charge(20);
  scope_->keep();
  macros_.push_back(std::make_unique<Macro>(Macro{&node, scope_}));
  return macros_.back().get();
}

Namespace* Interpreter::make_namespace(Namespace::Role role) {
  budget_.charge(20);
  namespaces_.push_back(std::make_unique<Namespace>());
  namespaces_.back()->role = role;
  return namespaces_.back().get();
}

}  // namespace capy::jinja
