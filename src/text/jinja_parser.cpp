// SPDX-License-Identifier: Apache-2.0
// Statements: what stands between the tags, and which tags belong together.
#include "text/jinja_parser.h"

#include <algorithm>

namespace capy::jinja {

Status Parser::run() {
  tree_.body = TRY(block({}));
  return {};
}

bool Parser::is_at_end_of(std::initializer_list<std::string_view> ends) const {
  return std::any_of(ends.begin(), ends.end(), [&](std::string_view end) { return now().is_name(end); });
}

Status Parser::expect_block_end() {
  if (!now().is(Token::Type::kBlockEnd)) return unexpected();
  advance();
  return {};
}

Result<Block> Parser::block(std::initializer_list<std::string_view> ends) {
  const Nesting nesting(nesting_);
  TRY(check_nesting());
  Block body;
  while (!now().is(Token::Type::kEnd)) {
    if (now().is(Token::Type::kBlockBegin)) {
      advance();
      if (is_at_end_of(ends)) return body;
      body.push_back(TRY(statement()));
      TRY(expect_block_end());
    } else {
      body.push_back(TRY(output_tag()));
    }
  }
  if (ends.size() > 0) return fail(concat("the template ends, but '{% ", *ends.begin(), " %}' is missing"));
  return body;
}

// Data and {{ }} that follow each other become one statement.
Result<std::unique_ptr<Statement>> Parser::output_tag() {
  auto node = std::make_unique<Statement>();
  node->line = now().line;
  while (true) {
    if (now().is(Token::Type::kData)) {
      ExpressionPtr data = make(Type::kConstant);
      data->constant = template_string(now().text);
      node->expressions.push_back(std::move(data));
      advance();
    } else if (now().is(Token::Type::kVariableBegin)) {
      advance();
      node->expressions.push_back(TRY(tuple(false)));
      if (!now().is(Token::Type::kVariableEnd)) return unexpected();
      advance();
    } else {
      return node;
    }
  }
}

Result<Block> Parser::body_to(std::string_view end) {
  TRY(expect_block_end());
  Block body = TRY(block({end}));
  advance();
  return body;
}

Result<std::unique_ptr<Statement>> Parser::statement() {
  auto node = std::make_unique<Statement>();
  node->line = now().line;
  const std::string tag = now().is(Token::Type::kName) ? now().text : "";
  if (tag.empty()) return fail("expected the name of a tag");
  advance();
  if (tag == "if") {
    TRY(if_(*node));
  } else if (tag == "for") {
    TRY(for_(*node));
  } else if (tag == "set") {
    TRY(set(*node));
  } else if (tag == "macro") {
    TRY(macro(*node));
  } else if (tag == "call") {
    TRY(call_block(*node));
  } else if (tag == "filter") {
    TRY(filter_block(*node));
  } else if (tag == "with") {
    TRY(with(*node));
  } else if (tag == "print") {
    TRY(print(*node));
  } else if (tag == "generation") {
    node->type = Statement::Type::kGeneration;
    node->blocks.push_back(TRY(body_to("endgeneration")));
  } else if (tag == "break" || tag == "continue") {
    if (loops_ == 0) return fail(concat("'", tag, "' outside a loop"));
    node->type = tag == "break" ? Statement::Type::kBreak : Statement::Type::kContinue;
  } else if (tag == "include" || tag == "import" || tag == "from" || tag == "extends" || tag == "block" ||
             tag == "autoescape") {
    return Error{ErrorCode::kUnsupported, concat(tree_.name, ":", node->line, ": {% ", tag, " %} is not supported")};
  } else {
    return fail(concat("unknown tag '", tag, "'"));
  }
  return node;
}

Status Parser::if_(Statement& node) {
  node.type = Statement::Type::kIf;
  while (true) {
    node.expressions.push_back(TRY(tuple(false, false)));
    TRY(expect_block_end());
    node.blocks.push_back(TRY(block({"endif", "else", "elif"})));
    if (skip_name("elif")) continue;
    if (skip_name("else")) {
      node.blocks.push_back(TRY(body_to("endif")));
    } else {
      advance();
    }
    return {};
  }
}

Status Parser::for_(Statement& node) {
  node.type = Statement::Type::kFor;
  node.targets.push_back(TRY(target(false)));
  if (!skip_name("in")) return fail("expected 'in'");
  node.expressions.push_back(TRY(tuple(false, false)));
  ExpressionPtr condition;
  if (skip_name("if")) condition = TRY(expression());
  node.expressions.push_back(std::move(condition));
  node.is_recursive = skip_name("recursive");
  TRY(expect_block_end());
  ++loops_;
  node.blocks.push_back(TRY(block({"endfor", "else"})));
  --loops_;
  if (skip_name("else")) {
    node.blocks.push_back(TRY(body_to("endfor")));
  } else {
    advance();
    node.blocks.emplace_back();
  }
  return {};
}

Parser::Made Parser::one_target(bool may_be_attribute) {
  const Nesting nesting(nesting_);
  TRY(check_nesting());
  if (skip_operator("(")) {
    ExpressionPtr inner = TRY(target(may_be_attribute));
    TRY(expect_operator(")"));
    return inner;
  }
  if (!now().is(Token::Type::kName)) return fail("expected a name to assign to");
  ExpressionPtr node = TRY(name());
  if (node->type != Type::kName) return fail("cannot assign to a constant");
  if (!may_be_attribute || !skip_operator(".")) return node;
  ExpressionPtr attribute = make(Type::kAttribute);
  attribute->name = TRY(expect_name());
  attribute->operands.push_back(std::move(node));
  return finish(std::move(attribute));
}

Parser::Made Parser::target(bool may_be_attribute) {
  ExpressionPtr first = TRY(one_target(may_be_attribute));
  if (!now().is_operator(",")) return first;
  ExpressionPtr node = make(Type::kTuple);
  node->operands.push_back(std::move(first));
  while (skip_operator(",")) {
    if (!now().is(Token::Type::kName) && !now().is_operator("(")) break;
    if (now().is_name("in")) break;
    node->operands.push_back(TRY(one_target(may_be_attribute)));
  }
  return finish(std::move(node));
}

Status Parser::set(Statement& node) {
  node.type = Statement::Type::kSet;
  node.targets.push_back(TRY(target(true)));
  if (skip_operator("=")) {
    node.expressions.push_back(TRY(tuple(false)));
    return {};
  }
  node.type = Statement::Type::kSetBlock;
  node.expressions.push_back(TRY(filters(make(Type::kBlockText))));
  node.blocks.push_back(TRY(body_to("endset")));
  return {};
}

Status Parser::signature(Signature& signature) {
  TRY(expect_operator("("));
  while (!skip_operator(")")) {
    if (!signature.parameters.empty()) {
      TRY(expect_operator(","));
      if (skip_operator(")")) break;
    }
    Signature::Parameter parameter;
    parameter.name = TRY(expect_name());
    parameter.symbol = tree_.symbols.number(parameter.name);
    if (skip_operator("=")) {
      parameter.fallback = TRY(expression());
    } else if (!signature.parameters.empty() && signature.parameters.back().fallback != nullptr) {
      return fail("a parameter without a default follows one with a default");
    }
    signature.parameters.push_back(std::move(parameter));
  }
  return {};
}

// The body of a macro or call block: a function, so a loop around it is not around its statements.
Status Parser::signed_body(Statement& node, std::string_view end) {
  const int loops = std::exchange(loops_, 0);
  signatures_.push_back(&node.signature);
  node.blocks.push_back(TRY(body_to(end)));
  signatures_.pop_back();
  loops_ = loops;
  return {};
}

Status Parser::macro(Statement& node) {
  node.type = Statement::Type::kMacro;
  node.targets.push_back(TRY(one_target(false)));
  node.signature.name = node.targets[0]->name;
  TRY(signature(node.signature));
  return signed_body(node, "endmacro");
}

Status Parser::call_block(Statement& node) {
  node.type = Statement::Type::kCallBlock;
  node.signature.name = "caller";
  if (now().is_operator("(")) TRY(signature(node.signature));
  node.expressions.push_back(TRY(expression()));
  if (node.expressions[0]->type != Type::kCall) return fail("expected a call");
  return signed_body(node, "endcall");
}

Status Parser::filter_block(Statement& node) {
  node.type = Statement::Type::kFilterBlock;
  ExpressionPtr first = TRY(filter(make(Type::kBlockText)));
  node.expressions.push_back(TRY(filters(std::move(first))));
  node.blocks.push_back(TRY(body_to("endfilter")));
  return {};
}

Status Parser::with(Statement& node) {
  node.type = Statement::Type::kWith;
  while (!now().is(Token::Type::kBlockEnd)) {
    if (!node.targets.empty()) TRY(expect_operator(","));
    node.targets.push_back(TRY(one_target(false)));
    TRY(expect_operator("="));
    node.expressions.push_back(TRY(expression()));
  }
  node.blocks.push_back(TRY(body_to("endwith")));
  return {};
}

Status Parser::print(Statement& node) {
  while (!now().is(Token::Type::kBlockEnd)) {
    if (!node.expressions.empty()) TRY(expect_operator(","));
    node.expressions.push_back(TRY(expression()));
  }
  return {};
}

Result<std::unique_ptr<const Tree>> parse_template(std::string_view source, std::string_view name,
                                                   const Limits& limits) {
  if (static_cast<int64_t>(source.size()) > limits.template_bytes_max) {
    return Error{ErrorCode::kLimit,
                 concat(name, ": a template of ", source.size(), " bytes; at most ", limits.template_bytes_max)};
  }
  auto tree = std::make_unique<Tree>();
  tree->name = name;
  std::vector<Token> tokens = TRY(tokenize(source, name));
  TRY(Parser(std::move(tokens), *tree, limits).run());
  return std::unique_ptr<const Tree>(std::move(tree));
}

}  // namespace capy::jinja
