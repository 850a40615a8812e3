// SPDX-License-Identifier: Apache-2.0
// A parsed template: a tree of statements and expressions, read-only once built. Variables are numbered, so that the
// interpreter compares integers where the source has names.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "text/jinja_value.h"

namespace capy::jinja {

struct Expression;
struct Statement;
using ExpressionPtr = std::unique_ptr<Expression>;
using Block = std::vector<std::unique_ptr<Statement>>;
using Symbol = int32_t;

// The names of a template's variables by number. The first ones have a fixed meaning.
class Symbols {
 public:
  static constexpr Symbol kLoop = 0, kCaller = 1, kVarargs = 2, kKwargs = 3;

  Symbols() {
    for (const std::string_view name : {"loop", "caller", "varargs", "kwargs"}) number(name);
  }
  Symbol number(std::string_view name) {
    const auto [place, is_new] = numbers_.try_emplace(std::string(name), static_cast<Symbol>(names_.size()));
    if (is_new) names_.push_back(&place->first);  // a node of the map stays where it is
    return place->second;
  }
  // -1 for a name that the template does not have.
  Symbol find(std::string_view name) const {
    const auto place = numbers_.find(std::string(name));
    return place == numbers_.end() ? -1 : place->second;
  }
  std::string_view name(Symbol symbol) const { return *names_[static_cast<size_t>(symbol)]; }
  size_t size() const { return names_.size(); }

 private:
  std::unordered_map<std::string, Symbol> numbers_;
  std::vector<const std::string*> names_;
};

enum class Operator : uint8_t {
  kAdd,
  kSubtract,
  kMultiply,
  kDivide,
  kFloorDivide,
  kModulo,
  kPower,
  kEqual,
  kNotEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kIn,
  kNotIn
};

struct Expression {
  enum class Type : uint8_t {
    kConstant,   // constant
    kName,       // symbol, name
    kList,       // operands
    kTuple,      // operands
    kDict,       // operands: key, value, key, value ...
    kAttribute,  // operands[0] . name
    kSubscript,  // operands[0] [ operands[1] ]
    kSlice,      // operands: begin, end, step; null where left out
    kCall,       // operands[0] ( the rest, named, star, star_star )
    kFilter,     // operands[0] | name ( the rest ... )
    kTest,       // operands[0] is name ( the rest ... )
    kNot,        // operands[0]
    kNegative,
    kPositive,
    kAnd,  // operands, at least two
    kOr,
    kConditional,  // operands: condition, then, otherwise (null: undefined)
    kCompare,      // operands, with operators between them: a < b <= c
    kArithmetic,   // operands, with operators between them, left to right
    kConcat,       // operands joined by ~
    kBlockText,    // the text of the block that a filter is applied to
  };
  Type type = Type::kConstant;
  int line = 1;
  int depth = 1;
  Symbol symbol = -1;
  std::string name;
  Value constant;
  std::vector<ExpressionPtr> operands;
  std::vector<Operator> operators;
  std::vector<std::pair<std::string, ExpressionPtr>> named;
  ExpressionPtr star;
  ExpressionPtr star_star;
};

// The parameters of a macro or of a call block, and which of the special names its body uses.
struct Signature {
  struct Parameter {
    std::string name;
    Symbol symbol = -1;
    ExpressionPtr fallback;  // null: undefined when not given
  };
  std::string name;
  std::vector<Parameter> parameters;
  bool uses_caller = false;
  bool uses_varargs = false;
  bool uses_kwargs = false;
};

struct Statement {
  enum class Type : uint8_t {
    kOutput,       // expressions, each printed
    kIf,           // expressions: conditions; blocks: one each, and one more for else
    kFor,          // target, expressions: iterable, filter (may be null); blocks: body, else; is_recursive
    kSet,          // target, expressions[0]
    kSetBlock,     // target, expressions[0]: kBlockText or filters on it; blocks[0]
    kMacro,        // target: its name; signature, blocks[0]
    kCallBlock,    // expressions[0]: the call; signature of the caller, blocks[0]
    kFilterBlock,  // expressions[0]: filters on kBlockText; blocks[0]
    kWith,         // targets, expressions; blocks[0]
    kGeneration,   // blocks[0]
    kBreak,
    kContinue,
  };
  Type type = Type::kOutput;
  int line = 1;
  bool is_recursive = false;
  // kName, kTuple of targets, or kAttribute (of a namespace)
  std::vector<ExpressionPtr> targets;
  std::vector<ExpressionPtr> expressions;
  std::vector<Block> blocks;
  Signature signature;
};

struct Tree {
  std::string name;  // what messages call the template
  Block body;
  Symbols symbols;
};

// Reads a template. Errors begin with "<name>:<line>: "; kLimit for one that is too large or too deeply nested,
// kUnsupported for include, import, extends and block.
Result<std::unique_ptr<const Tree>> parse_template(std::string_view source, std::string_view name,
                                                   const Limits& limits);

}  // namespace capy::jinja
