// SPDX-License-Identifier: Apache-2.0
// The parser's state and its two halves: expressions (jinja_expression_parser.cpp) and statements (jinja_parser.cpp).
// Private to the two files; everybody else calls parse_template (jinja_ast.h).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "text/jinja_ast.h"
#include "text/jinja_lexer.h"

namespace capy::jinja {

class Parser {
 public:
  Parser(std::vector<Token> tokens, Tree& tree, const Limits& limits)
      : tokens_(std::move(tokens)), tree_(tree), limits_(limits) {}

  // The whole template.
  Status run();

 private:
  using Type = Expression::Type;
  using Made = Result<ExpressionPtr>;

  // Tokens
  const Token& now() const { return tokens_[at_]; }
  const Token& ahead() const { return tokens_[at_ + 1 < tokens_.size() ? at_ + 1 : at_]; }
  void advance() { at_ += at_ + 1 < tokens_.size() ? 1 : 0; }
  bool skip_operator(std::string_view text);
  bool skip_name(std::string_view text);
  Status expect_operator(std::string_view text);
  Result<std::string> expect_name();
  Error fail(std::string_view what) const;
  Error unexpected() const;

  // Expressions: a function per level of jinja2's grammar.
  Made expression();  // with inline if
  Made or_();
  Made and_();
  Made not_();
  Made comparison();
  Made chain(int level);  // + -, then ~, then * / // %, then **
  Made unary(bool with_filters);
  Made primary();
  Made postfix(ExpressionPtr node);
  Made filters(ExpressionPtr node);
  Made filter(ExpressionPtr node);  // at the filter's name
  Made test(ExpressionPtr node);
  Made subscript(ExpressionPtr node);
  Made subscript_or_slice();
  Made call(ExpressionPtr node);
  Status call_arguments(Expression& call);
  Made tuple(bool in_parentheses, bool with_condition = true);
  Made list();
  Made dict();
  Made name();
  Made literal();

  // Statements
  Result<Block> block(std::initializer_list<std::string_view> ends);  // stops behind "{%", at one of `ends`
  Result<Block> body_to(std::string_view end);                        // takes the ending tag's name too
  Result<std::unique_ptr<Statement>> statement();
  Status if_(Statement& node);
  Status for_(Statement& node);
  Status set(Statement& node);
  Status macro(Statement& node);
  Status call_block(Statement& node);
  Status filter_block(Statement& node);
  Status with(Statement& node);
  Status print(Statement& node);
  Status signature(Signature& signature);
  Status signed_body(Statement& node, std::string_view end);
  Made target(bool may_be_attribute);
  Made one_target(bool may_be_attribute);
  Result<std::unique_ptr<Statement>> output_tag();
  bool is_at_end_of(std::initializer_list<std::string_view> ends) const;
  Status expect_block_end();

  // A node is refused when its tree is deeper than the limit: walking and destroying it must not overflow the stack.
  Made finish(ExpressionPtr node) const;
  ExpressionPtr make(Type type) const;

  // Counts how deep the parser itself is.
  class Nesting {
   public:
    explicit Nesting(int& depth) : depth_(depth) { ++depth_; }
    ~Nesting() { --depth_; }
    Nesting(const Nesting&) = delete;
    Nesting& operator=(const Nesting&) = delete;

   private:
    int& depth_;
  };
  Status check_nesting() const;

  std::vector<Token> tokens_;
  size_t at_ = 0;
  Tree& tree_;
  Limits limits_;
  int nesting_ = 0;
  int loops_ = 0;                       // for loops around this place: break and continue need one
  std::vector<Signature*> signatures_;  // macros around this place
};

}  // namespace capy::jinja
