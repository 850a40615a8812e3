// SPDX-License-Identifier: Apache-2.0
// Expressions, from the loosest level to the tightest:
//   a if b else c | or | and | not | comparisons, in | + - | ~ | * / // % | ** | unary - + | postfix | filters, tests
#include <algorithm>
#include <span>

#include "text/jinja_parser.h"

namespace capy::jinja {

bool Parser::skip_operator(std::string_view text) {
  if (!now().is_operator(text)) return false;
  advance();
  return true;
}

bool Parser::skip_name(std::string_view text) {
  if (!now().is_name(text)) return false;
  advance();
  return true;
}

Status Parser::expect_operator(std::string_view text) {
  if (skip_operator(text)) return {};
  return fail(concat("expected '", text, "'"));
}

Result<std::string> Parser::expect_name() {
  if (!now().is(Token::Type::kName)) return fail("expected a name");
  std::string name = now().text;
  advance();
  return name;
}

Error Parser::fail(std::string_view what) const {
  return Error{ErrorCode::kInvalid, concat(tree_.name, ":", now().line, ": ", what)};
}

Error Parser::unexpected() const {
  switch (now().type) {
    case Token::Type::kEnd: return fail("the template ends too early");
    case Token::Type::kVariableEnd: return fail("unexpected end of {{ }}");
    case Token::Type::kBlockEnd: return fail("unexpected end of {% %}");
    default: return fail(concat("unexpected '", now().text, "'"));
  }
}

Status Parser::check_nesting() const {
  if (nesting_ <= limits_.parse_depth_max) return {};
  return Error{ErrorCode::kLimit,
               concat(tree_.name, ":", now().line, ": nested more than ", limits_.parse_depth_max, " deep")};
}

ExpressionPtr Parser::make(Type type) const {
  auto node = std::make_unique<Expression>();
  node->type = type;
  node->line = now().line;
  return node;
}

Parser::Made Parser::finish(ExpressionPtr node) const {
  const auto deepen = [&](const ExpressionPtr& child) {
    if (child != nullptr) node->depth = std::max(node->depth, child->depth + 1);
  };
  for (const ExpressionPtr& child : node->operands) deepen(child);
  for (const auto& [name, child] : node->named) deepen(child);
  deepen(node->star);
  deepen(node->star_star);
  if (node->depth > limits_.parse_depth_max) {
    return Error{ErrorCode::kLimit, concat(tree_.name, ":", node->line, ": an expression nested more than ",
                                           limits_.parse_depth_max, " deep")};
  }
  return node;
}

Parser::Made Parser::expression() {
  const Nesting nesting(nesting_);
  TRY(check_nesting());
  ExpressionPtr node = TRY(or_());
  while (now().is_name("if")) {
    ExpressionPtr conditional = make(Type::kConditional);
    advance();
    ExpressionPtr condition = TRY(or_());
    ExpressionPtr otherwise;
    if (skip_name("else")) otherwise = TRY(expression());
    conditional->operands.push_back(std::move(condition));
    conditional->operands.push_back(std::move(node));
    conditional->operands.push_back(std::move(otherwise));
    node = TRY(finish(std::move(conditional)));
  }
  return node;
}

Parser::Made Parser::or_() {
  ExpressionPtr first = TRY(and_());
  if (!now().is_name("or")) return first;
  ExpressionPtr node = make(Type::kOr);
  node->operands.push_back(std::move(first));
  while (skip_name("or")) node->operands.push_back(TRY(and_()));
  return finish(std::move(node));
}

Parser::Made Parser::and_() {
  ExpressionPtr first = TRY(not_());
  if (!now().is_name("and")) return first;
  ExpressionPtr node = make(Type::kAnd);
  node->operands.push_back(std::move(first));
  while (skip_name("and")) node->operands.push_back(TRY(not_()));
  return finish(std::move(node));
}

Parser::Made Parser::not_() {
  if (!now().is_name("not")) return comparison();
  const Nesting nesting(nesting_);
  TRY(check_nesting());
  ExpressionPtr node = make(Type::kNot);
  advance();
  node->operands.push_back(TRY(not_()));
  return finish(std::move(node));
}

namespace {

struct Spelling {
  std::string_view text;
  Operator meaning;
};

constexpr Spelling kComparisons[] = {{"==", Operator::kEqual},  {"!=", Operator::kNotEqual},
                                     {"<", Operator::kLess},    {"<=", Operator::kLessEqual},
                                     {">", Operator::kGreater}, {">=", Operator::kGreaterEqual}};

// The levels of Parser::chain. Level 1 is "~", which makes a node of its own.
constexpr Spelling kSums[] = {{"+", Operator::kAdd}, {"-", Operator::kSubtract}};
constexpr Spelling kProducts[] = {
    {"*", Operator::kMultiply}, {"/", Operator::kDivide}, {"//", Operator::kFloorDivide}, {"%", Operator::kModulo}};
constexpr Spelling kPowers[] = {{"**", Operator::kPower}};
constexpr int kConcatLevel = 1;
constexpr int kPowerLevel = 3;

std::span<const Spelling> spellings_of(int level) {
  switch (level) {
    case 0: return kSums;
    case 2: return kProducts;
    default: return kPowers;
  }
}

const Spelling* find_spelling(std::span<const Spelling> spellings, const Token& token) {
  const auto found = std::find_if(spellings.begin(), spellings.end(),
                                  [&](const Spelling& spelling) { return token.is_operator(spelling.text); });
  return found == spellings.end() ? nullptr : &*found;
}

}  // namespace

Parser::Made Parser::comparison() {
  ExpressionPtr first = TRY(chain(0));
  ExpressionPtr node;
  while (true) {
    Operator meaning = Operator::kIn;
    if (const Spelling* spelling = find_spelling(kComparisons, now())) {
      meaning = spelling->meaning;
    } else if (now().is_name("not") && ahead().is_name("in")) {
      meaning = Operator::kNotIn;
      advance();
    } else if (!now().is_name("in")) {
      break;
    }
    if (node == nullptr) {
      node = make(Type::kCompare);
      node->operands.push_back(std::move(first));
    }
    advance();
    node->operators.push_back(meaning);
    node->operands.push_back(TRY(chain(0)));
  }
  return node == nullptr ? Made(std::move(first)) : finish(std::move(node));
}

Parser::Made Parser::chain(int level) {
  const auto tighter = [&] { return level == kPowerLevel ? unary(true) : chain(level + 1); };
  ExpressionPtr first = TRY(tighter());
  if (level == kConcatLevel) {
    if (!now().is_operator("~")) return first;
    ExpressionPtr node = make(Type::kConcat);
    node->operands.push_back(std::move(first));
    while (skip_operator("~")) node->operands.push_back(TRY(tighter()));
    return finish(std::move(node));
  }
  const Spelling* spelling = find_spelling(spellings_of(level), now());
  if (spelling == nullptr) return first;
  ExpressionPtr node = make(Type::kArithmetic);
  node->operands.push_back(std::move(first));
  for (; spelling != nullptr; spelling = find_spelling(spellings_of(level), now())) {
    advance();
    node->operators.push_back(spelling->meaning);
    node->operands.push_back(TRY(tighter()));
  }
  return finish(std::move(node));
}

Parser::Made Parser::unary(bool with_filters) {
  const Nesting nesting(nesting_);
  TRY(check_nesting());
  ExpressionPtr node;
  if (now().is_operator("-") || now().is_operator("+")) {
    node = make(now().is_operator("-") ? Type::kNegative : Type::kPositive);
    advance();
    node->operands.push_back(TRY(unary(false)));
    node = TRY(finish(std::move(node)));
  } else {
    node = TRY(primary());
  }
  node = TRY(postfix(std::move(node)));
  return with_filters ? filters(std::move(node)) : Made(std::move(node));
}

Parser::Made Parser::primary() {
  switch (now().type) {
    case Token::Type::kName: return name();
    case Token::Type::kString:
    case Token::Type::kInteger:
    case Token::Type::kFloat: return literal();
    default: break;
  }
  if (skip_operator("(")) {
    ExpressionPtr node = TRY(tuple(true));
    TRY(expect_operator(")"));
    return node;
  }
  if (now().is_operator("[")) return list();
  if (now().is_operator("{")) return dict();
  return unexpected();
}

Parser::Made Parser::name() {
  const std::string& text = now().text;
  ExpressionPtr node = make(Type::kConstant);
  if (text == "true" || text == "True" || text == "false" || text == "False") {
    node->constant = Value(text == "true" || text == "True");
  } else if (text == "none" || text == "None") {
    node->constant = Value(None{});
  } else {
    node->type = Type::kName;
    node->name = text;
    node->symbol = tree_.symbols.number(text);
    for (Signature* around : signatures_) {
      around->uses_caller |= node->symbol == Symbols::kCaller;
      around->uses_varargs |= node->symbol == Symbols::kVarargs;
      around->uses_kwargs |= node->symbol == Symbols::kKwargs;
    }
  }
  advance();
  return node;
}

Parser::Made Parser::literal() {
  ExpressionPtr node = make(Type::kConstant);
  if (now().is(Token::Type::kInteger)) {
    node->constant = Value(now().integer);
    advance();
  } else if (now().is(Token::Type::kFloat)) {
    node->constant = Value(now().number);
    advance();
  } else {
    Text text;
    for (; now().is(Token::Type::kString); advance()) text.append(now().text, kFromTemplate);  // "a" "b" is "ab"
    node->constant = Value(std::move(text));
  }
  return node;
}

// One expression, or several with commas: a tuple. Stops where the tag or the parenthesis ends.
Parser::Made Parser::tuple(bool in_parentheses, bool with_condition) {
  ExpressionPtr node = make(Type::kTuple);
  bool has_comma = false;
  while (!now().is(Token::Type::kVariableEnd) && !now().is(Token::Type::kBlockEnd) && !now().is_operator(")")) {
    // "for x in a if b": what follows the if belongs to the loop, unless the caller wants inline ifs.
    node->operands.push_back(with_condition ? TRY(expression()) : TRY(or_()));
    if (!now().is_operator(",")) break;
    has_comma = true;
    advance();
    if (now().is_name("recursive")) break;
  }
  if (!has_comma && !node->operands.empty()) return std::move(node->operands[0]);
  if (!has_comma && !in_parentheses) return unexpected();
  return finish(std::move(node));
}

Parser::Made Parser::list() {
  ExpressionPtr node = make(Type::kList);
  advance();
  while (!skip_operator("]")) {
    if (!node->operands.empty()) {
      TRY(expect_operator(","));
      if (skip_operator("]")) break;
    }
    node->operands.push_back(TRY(expression()));
  }
  return finish(std::move(node));
}

Parser::Made Parser::dict() {
  ExpressionPtr node = make(Type::kDict);
  advance();
  while (!skip_operator("}")) {
    if (!node->operands.empty()) {
      TRY(expect_operator(","));
      if (skip_operator("}")) break;
    }
    node->operands.push_back(TRY(expression()));
    TRY(expect_operator(":"));
    node->operands.push_back(TRY(expression()));
  }
  return finish(std::move(node));
}

Parser::Made Parser::postfix(ExpressionPtr node) {
  while (true) {
    if (now().is_operator(".") || now().is_operator("[")) {
      node = TRY(subscript(std::move(node)));
    } else if (now().is_operator("(")) {
      node = TRY(call(std::move(node)));
    } else {
      return node;
    }
  }
}

Parser::Made Parser::filters(ExpressionPtr node) {
  while (true) {
    if (skip_operator("|")) {
      node = TRY(filter(std::move(node)));
    } else if (now().is_name("is")) {
      node = TRY(test(std::move(node)));
    } else if (now().is_operator("(")) {
      node = TRY(call(std::move(node)));
    } else {
      return node;
    }
  }
}

Parser::Made Parser::filter(ExpressionPtr node) {
  ExpressionPtr filtered = make(Type::kFilter);
  filtered->name = TRY(expect_name());
  filtered->operands.push_back(std::move(node));
  if (now().is_operator("(")) TRY(call_arguments(*filtered));
  return finish(std::move(filtered));
}

Parser::Made Parser::test(ExpressionPtr node) {
  using Token::Type::kFloat, Token::Type::kInteger, Token::Type::kName, Token::Type::kString;
  ExpressionPtr tested = make(Type::kTest);
  advance();
  const bool is_negated = skip_name("not");
  tested->name = TRY(expect_name());
  tested->operands.push_back(std::move(node));
  const bool is_value = now().is(kString) || now().is(kInteger) || now().is(kFloat) || now().is_operator("[") ||
                        now().is_operator("{") || now().is(kName);
  if (now().is_operator("(")) {
    TRY(call_arguments(*tested));
  } else if (now().is_name("is")) {
    return fail("tests cannot be chained with 'is'");
  } else if (is_value && !now().is_name("else") && !now().is_name("or") && !now().is_name("and")) {
    ExpressionPtr argument = TRY(primary());
    tested->operands.push_back(TRY(postfix(std::move(argument))));
  }
  ExpressionPtr done = TRY(finish(std::move(tested)));
  if (!is_negated) return done;
  ExpressionPtr negated = make(Type::kNot);
  negated->operands.push_back(std::move(done));
  return finish(std::move(negated));
}

Parser::Made Parser::subscript(ExpressionPtr node) {
  const bool is_dot = now().is_operator(".");
  ExpressionPtr found = make(is_dot && ahead().is(Token::Type::kName) ? Type::kAttribute : Type::kSubscript);
  advance();
  found->operands.push_back(std::move(node));
  if (found->type == Type::kAttribute) {
    found->name = TRY(expect_name());
    return finish(std::move(found));
  }
  if (is_dot) {
    if (!now().is(Token::Type::kInteger)) return fail("expected a name or a number after '.'");
    found->operands.push_back(TRY(literal()));
    return finish(std::move(found));
  }
  ExpressionPtr index = TRY(subscript_or_slice());
  if (now().is_operator(",")) {  // a[1, 2] looks for a tuple
    ExpressionPtr indices = make(Type::kTuple);
    indices->operands.push_back(std::move(index));
    while (skip_operator(",")) indices->operands.push_back(TRY(subscript_or_slice()));
    index = TRY(finish(std::move(indices)));
  }
  found->operands.push_back(std::move(index));
  TRY(expect_operator("]"));
  return finish(std::move(found));
}

Parser::Made Parser::subscript_or_slice() {
  ExpressionPtr slice = make(Type::kSlice);
  ExpressionPtr begin;
  if (!now().is_operator(":")) {
    begin = TRY(expression());
    if (!now().is_operator(":")) return begin;
  }
  slice->operands.push_back(std::move(begin));
  for (int part = 0; part < 2; ++part) {
    ExpressionPtr bound;
    if (skip_operator(":") && !now().is_operator("]") && !now().is_operator(":")) bound = TRY(expression());
    slice->operands.push_back(std::move(bound));
  }
  return finish(std::move(slice));
}

Parser::Made Parser::call(ExpressionPtr node) {
  ExpressionPtr made = make(Type::kCall);
  made->operands.push_back(std::move(node));
  TRY(call_arguments(*made));
  return finish(std::move(made));
}

Status Parser::call_arguments(Expression& call) {
  advance();  // "("
  for (bool is_first = true; !skip_operator(")"); is_first = false) {
    if (!is_first) {
      TRY(expect_operator(","));
      if (skip_operator(")")) break;
    }
    if (now().is_operator("*") || now().is_operator("**")) {
      ExpressionPtr& place = now().is_operator("*") ? call.star : call.star_star;
      if (place != nullptr || call.star_star != nullptr) return fail("invalid arguments of a call");
      advance();
      place = TRY(expression());
    } else if (now().is(Token::Type::kName) && ahead().is_operator("=")) {
      if (call.star_star != nullptr) return fail("invalid arguments of a call");
      std::string key = TRY(expect_name());
      advance();
      call.named.emplace_back(std::move(key), TRY(expression()));
    } else {
      if (call.star != nullptr || call.star_star != nullptr || !call.named.empty()) {
        return fail("invalid arguments of a call");
      }
      call.operands.push_back(TRY(expression()));
    }
  }
  return {};
}

}  // namespace capy::jinja
