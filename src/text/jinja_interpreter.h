// SPDX-License-Identifier: Apache-2.0
// Runs a parsed template. One interpreter renders once; the tree may be shared by several threads.
//
// Scopes are jinja2's: a for body, a macro, a call, filter, set or with block has its own variables and reads those
// around it; what it sets is gone when it ends (each turn of a loop starts afresh). Only a namespace carries values
// out.
//
// Spread over: jinja_interpreter.cpp (statements), jinja_expressions.cpp (expressions), jinja_calls.cpp (macros and
// functions), jinja_lookup.cpp (attributes and elements). Operators, filters, tests and methods are functions beside
// it.
#pragma once

#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "text/jinja_ast.h"
#include "text/jinja_clock.h"
#include "text/jinja_loop.h"
#include "text/jinja_value.h"

namespace capy::jinja {

class Scope {
 public:
  explicit Scope(Scope* parent) : parent_(parent) {}

  // Here and in the scopes around; null where nobody set it.
  const Value* find(Symbol symbol) const {
    for (const Scope* scope = this; scope != nullptr; scope = scope->parent_) {
      for (const auto& [name, value] : scope->variables_) {
        if (name == symbol) return &value;
      }
    }
    return nullptr;
  }
  void set(Symbol symbol, Value value) {
    for (auto& [name, old] : variables_) {
      if (name == symbol) {
        old = std::move(value);
        return;
      }
    }
    variables_.emplace_back(symbol, std::move(value));
  }
  Scope* parent() const { return parent_; }

  // A macro made here may be called after this scope has ended: it and those around it are kept until the render ends.
  void keep() {
    for (Scope* scope = this; scope != nullptr && !scope->is_kept_; scope = scope->parent_) scope->is_kept_ = true;
  }
  bool is_kept() const { return is_kept_; }

 private:
  Scope* parent_;
  std::vector<std::pair<Symbol, Value>> variables_;
  bool is_kept_ = false;
};

struct Macro {
  const Statement* node;
  Scope* scope;  // where it was made
};

class Interpreter {
 public:
  Interpreter(const Tree& tree, const Limits& limits, Clock clock);
  ~Interpreter();
  Interpreter(const Interpreter&) = delete;
  Interpreter& operator=(const Interpreter&) = delete;

  // A variable of the template; made with budget().
  void set_variable(std::string_view name, Value value);
  // The prompt, or an error that begins with the template's name and line. Called once.
  Result<Text> run();

  // What filters, tests and functions need.
  Budget& budget() { return budget_; }
  const Clock& clock() const { return clock_; }
  Result<Value> call(const Value& callee, Arguments arguments);
  Result<Value> call_method(const Value& self, std::string_view name, const Arguments& arguments);
  Result<Value> attribute(const Value& object,
                          std::string_view name);                // object.name; name outlives the render or is known
  Result<Value> element(const Value& object, const Value& key);  // object[key]
  Namespace* make_namespace(Namespace::Role role);

 private:
  enum class Flow { kNext, kBreak, kContinue };
  using Ran = Result<Flow>;
  using Evaluated = Result<Value>;

  // Statements: write to *out_.
  Ran run_block(const Block& block);
  Ran run_statement(const Statement& node);
  Ran run_by_type(const Statement& node);
  Status print(const Statement& node);
  Ran run_if(const Statement& node);
  Ran run_for(const Statement& node);
  Ran run_loop(const Statement& node, Scope* outer, Loop& loop, const Value& loop_value);
  Result<std::vector<Value>> loop_items(const Statement& node, const Value& iterable);
  Result<Value> recurse(Loop& loop, const Arguments& arguments);
  Status assign(const Expression& target, Value value);
  Status unpack(const Expression& target, const Value& value);
  Status set_block(const Statement& node);
  Status filter_block(const Statement& node);
  Status call_block(const Statement& node);
  Ran generation(const Statement& node);
  Ran with(const Statement& node);
  // Runs the block in a scope inside the present one, and gives what it wrote.
  Result<Text> captured(const Block& block);

  // Expressions
  Evaluated evaluate(const Expression& node);
  Evaluated evaluate_by_type(const Expression& node);
  Evaluated row(const Expression& node, Shape shape);
  Evaluated dict(const Expression& node);
  Evaluated subscript(const Expression& node);
  Evaluated slice(const Value& object, const Expression& node);
  Evaluated logical(const Expression& node);
  Evaluated conditional(const Expression& node);
  Evaluated comparison(const Expression& node);
  Evaluated arithmetic(const Expression& node);
  Evaluated concat_strings(const Expression& node);
  Evaluated filtered(const Expression& node);
  Evaluated tested(const Expression& node);
  Evaluated called(const Expression& node);
  Evaluated variable(const Expression& node) const;
  Result<Arguments> arguments_of(const Expression& node);

  // Calls
  Evaluated call_function(Function function, const Arguments& arguments);
  Evaluated call_macro(const Macro& macro, Arguments arguments);
  Status bind_parameters(const Signature& signature, Scope& scope, Arguments& arguments);
  Evaluated call_loop_method(Loop& loop, std::string_view name, const Arguments& arguments);
  Evaluated raise(const Arguments& arguments);
  Macro* make_macro(const Statement& node);
  Evaluated loop_attribute(Loop& loop, std::string_view name);

  Status enter();  // one level deeper, or the limit's error
  void leave_scope(std::unique_ptr<Scope> scope);
  void remember_line(int line);

  const Tree& tree_;
  Budget budget_;
  Clock clock_;
  std::unique_ptr<Scope> root_;
  Scope* scope_ = nullptr;  // the present one
  Text* out_ = nullptr;     // where output goes: the prompt, or a macro's or block's text
  Value block_text_;        // for Expression::Type::kBlockText
  int depth_ = 0;
  int error_line_ = 0;
  std::vector<std::unique_ptr<Scope>> kept_scopes_;
  std::vector<std::unique_ptr<Namespace>> namespaces_;
  std::vector<std::unique_ptr<Macro>> macros_;
};

}  // namespace capy::jinja
