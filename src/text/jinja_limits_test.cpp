// SPDX-License-Identifier: Apache-2.0
// Hostile templates: each ends with an ordinary error, soon, and with little memory.
#include <gtest/gtest.h>

#include "base/concat.h"
#include "text/chat_template.h"

namespace capy {
namespace {

std::string repeat(std::string_view text, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += text;
  return out;
}

// A tenth of the usual steps: the tests run in a tenth of the time, and under sanitizers too.
jinja::Limits quick_limits() {
  jinja::Limits limits;
  limits.steps_max /= 10;
  return limits;
}

// The error of a template, whether it shows in parsing or in rendering.
Error error_of(std::string_view source, const jinja::Limits& limits = quick_limits()) {
  const Result<ChatTemplate> chat = ChatTemplate::parse(source, "t", limits);
  if (!chat.ok()) return chat.error();
  const ChatMessage message{"user", "x", {}};
  const Result<RenderedPrompt> prompt = chat.value().render(Conversation::from_messages({&message, 1}), Json(), {});
  if (prompt.ok()) return Error{ErrorCode::kCancelled, concat("no error, but ", prompt.value().text.size(), " bytes")};
  return prompt.error();
}

void expect_limit(std::string_view source, const jinja::Limits& limits = quick_limits()) {
  const Error error = error_of(source, limits);
  EXPECT_EQ(error.code, ErrorCode::kLimit) << source.substr(0, 200) << "\n" << error.message;
  EXPECT_TRUE(error.message.starts_with("t:")) << error.message;
}

TEST(JinjaLimits, LongRanges) {
  expect_limit("{{ range(10**9) }}");
  expect_limit("{{ range(-9223372036854775807, 9223372036854775807) }}");
  expect_limit("{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}");
  expect_limit("{{ range(100001)|list }}");
}

TEST(JinjaLimits, GrowingStrings) {
  expect_limit("{{ 'x' * 10**12 }}");
  expect_limit("{{ 'x' * 9223372036854775807 }}");
  expect_limit("{{ [0] * 10**9 }}");
  expect_limit("{% set ns = namespace(s='x') %}{% for i in range(99) %}{% set ns.s = ns.s + ns.s %}{% endfor %}");
  expect_limit("{% set ns = namespace(s='x') %}{% for i in range(99) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}");
  expect_limit(
      "{% set ns = namespace(s='x') %}{% for i in range(99) %}{% set ns.s = ns.s.replace('x', 'xx') %}{% endfor %}");
  expect_limit("{% set ns = namespace(s='x') %}{% for i in range(99) %}{% set ns.s = [ns.s, ns.s]|join %}{% endfor %}");
  expect_limit("{% set ns = namespace(s=[1]) %}{% for i in range(99) %}{% set ns.s = ns.s + ns.s %}{% endfor %}");
  expect_limit(
      "{% set ns = namespace(s='x') %}{% for i in range(99) %}{% set ns.s = '%s%s' % (ns.s, ns.s) %}{% endfor %}");
  expect_limit(
      "{% set ns = namespace(s='x') %}{% for i in range(99) %}{% set ns.s = '{0}{0}'.format(ns.s) %}{% endfor %}");
  expect_limit(
      "{% set ns = namespace(s='&') %}{% for i in range(99) %}{% set ns.s = (ns.s + ns.s)|string|e|string %}{% endfor "
      "%}");
  expect_limit("{{ '%1000000000d' % 1 }}");
  expect_limit("{{ '{:>1000000000}'.format(1) }}");
  expect_limit("{{ 'x'.center(10**12) }}");
  expect_limit("{{ 'x'.ljust(10**9) }}");
  expect_limit("{{ 'x'|center(10**9) }}");
  expect_limit("{{ '1'.zfill(10**9) }}");
  expect_limit("{{ 'a\tb'.expandtabs(10**9) }}");
  expect_limit("{{ [[1]]|tojson(indent=10**9) }}");
  expect_limit("{{ 'a\nb'|indent(10**9) }}");
  expect_limit("{{ [1]|batch(500000, 'x')|list|length * 0 ~ ([1]|batch(10**7, 'x')|list) }}");
  expect_limit("{{ strftime_now('%Y' * 1000) }}");
}

TEST(JinjaLimits, MuchOutput) {
  expect_limit("{% for i in range(99999) %}" + std::string(2000, 'x') + "{% endfor %}");
  expect_limit("{% set s = 'x' * 1000000 %}{% for i in range(1000) %}{{ s }}{% endfor %}");
  expect_limit("{% set l = ['x' * 100] * 10000 %}{% for i in range(1000) %}{{ l }}{% endfor %}");
}

TEST(JinjaLimits, Recursion) {
  expect_limit("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}");
  expect_limit("{% macro a() %}{{ b() }}{% endmacro %}{% macro b() %}{{ a() }}{% endmacro %}{{ a() }}");
  expect_limit(
      "{% macro m() %}{{ caller() }}{% endmacro %}{% macro n() %}{% call m() %}{{ n() }}{% endcall %}{% endmacro %}{{ "
      "n() }}");
  expect_limit("{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}");
  expect_limit("{% macro m(n, x=m(1)) %}{{ x }}{% endmacro %}{{ m(1) }}");
  expect_limit("{% macro f(n) %}{% if n %}{{ f(n - 1) }}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(40) }}");
}

TEST(JinjaLimits, DeepValues) {
  expect_limit("{% set ns = namespace(x=[]) %}{% for i in range(9999) %}{% set ns.x = [ns.x] %}{% endfor %}");
  expect_limit("{% set ns = namespace(x={}) %}{% for i in range(9999) %}{% set ns.x = {'a': ns.x} %}{% endfor %}");
  expect_limit("{% set ns = namespace(x=()) %}{% for i in range(9999) %}{% set ns.x = (ns.x, 1)[:1] %}{% endfor %}");
  expect_limit(
      "{% set ns = namespace(x=[1]) %}{% for i in range(9999) %}{% for j in [ns.x] %}{% set ns.x = loop %}{% endfor "
      "%}{% endfor %}");
  expect_limit("{% set ns = namespace(x='a') %}{% for i in range(9999) %}{% set ns.x = [ns.x].count %}{% endfor %}");
}

// These make circles or long chains out of what can be changed. Nothing may leak or overflow the stack.
TEST(JinjaLimits, CirclesOfNamespaces) {
  EXPECT_EQ(error_of("{% set ns = namespace() %}{% set ns.x = ns %}{{ ns.x.x.x is defined }}").code,
            ErrorCode::kCancelled);
  expect_limit("{% set ns = namespace() %}{% set ns.x = ns %}{{ ns }}");
  expect_limit("{% set ns = namespace() %}{% set ns.x = [ns] %}{{ ns|string }}");
  EXPECT_EQ(
      error_of("{% set ns = namespace() %}{% for i in range(9999) %}{% set n = namespace(x=ns.x) %}{% set ns.x = n %}"
               "{% endfor %}")
          .code,
      ErrorCode::kCancelled);
  EXPECT_EQ(
      error_of(
          "{% set ns = namespace() %}{% for i in range(99) %}{% macro m() %}{{ i }}{% endmacro %}{% set ns.m = m %}"
          "{% set ns.l = loop %}{% endfor %}{{ ns.m() }}{{ ns.l.index }}")
          .code,
      ErrorCode::kCancelled);
  EXPECT_EQ(error_of("{% for i in [1] %}{% set x = loop.changed(loop) %}{% endfor %}").code, ErrorCode::kCancelled);
  EXPECT_EQ(
      error_of("{% set ns = namespace() %}{% for i in [1] %}{% set ns.l = loop %}{% endfor %}{{ ns.l.changed([ns.l]) }}"
               "{{ ns.l.cycle(1, 2) }}")
          .code,
      ErrorCode::kCancelled);
}

TEST(JinjaLimits, DeepSource) {
  constexpr int kDeep = 20'000;
  expect_limit("{{ " + repeat("(", kDeep) + "1" + repeat(")", kDeep) + " }}");
  expect_limit("{{ " + repeat("[", kDeep) + repeat("]", kDeep) + " }}");
  expect_limit("{{ " + repeat("{1:", kDeep) + "1" + repeat("}", kDeep) + " }}");
  expect_limit("{{ " + repeat("not ", kDeep) + "1 }}");
  expect_limit("{{ " + repeat("-", kDeep) + "1 }}");
  expect_limit("{{ 1" + repeat(" if 1 else 2", kDeep) + " }}");
  expect_limit("{{ 1" + repeat(" if 1", kDeep) + " }}");
  expect_limit("{{ a" + repeat(".b", kDeep) + " }}");
  expect_limit("{{ a" + repeat("[0]", kDeep) + " }}");
  expect_limit("{{ a" + repeat("()", kDeep) + " }}");
  expect_limit("{{ a" + repeat("|e", kDeep) + " }}");
  expect_limit("{{ a" + repeat(" is string", 1) + repeat("(1)", kDeep) + " }}");
  expect_limit("{{ " + repeat("f(", kDeep) + "1" + repeat(")", kDeep) + " }}");
  expect_limit("{% set " + repeat("(", kDeep) + "a" + repeat(")", kDeep) + " = 1 %}");
  expect_limit(repeat("{% if 1 %}", 20'000));
  expect_limit(repeat("{% for x in y %}", 20'000));
  expect_limit(repeat("{% macro m() %}", 20'000));
  expect_limit(repeat("{% set x %}", 20'000));
}

// Long is not deep: these are fine.
TEST(JinjaLimits, LongChainsAreNoDepth) {
  const auto is_fine = [](std::string_view source) { return error_of(source).code == ErrorCode::kCancelled; };
  EXPECT_TRUE(is_fine("{{ 1" + repeat(" + 1", 10'000) + " }}"));
  EXPECT_TRUE(is_fine("{{ 'a'" + repeat(" ~ 'a'", 10'000) + " }}"));
  EXPECT_TRUE(is_fine("{{ 0" + repeat(" or 0", 10'000) + " }}"));
  EXPECT_TRUE(is_fine("{{ 1" + repeat(" and 1", 10'000) + " }}"));
  EXPECT_TRUE(is_fine("{{ 1" + repeat(" == 1", 10'000) + " }}"));
  EXPECT_TRUE(is_fine("{{ [" + repeat("1,", 10'000) + "] }}"));
  EXPECT_TRUE(is_fine("{% if 0 %}" + repeat("{% elif 0 %}", 10'000) + "{% endif %}"));
  EXPECT_TRUE(is_fine(repeat("{{ 1 }}{% set x = 1 %}", 10'000)));
}

TEST(JinjaLimits, LargeTemplate) {
  expect_limit(std::string(10 << 20, 'x'));
  expect_limit(repeat("{{ 1 }}", 1 << 20));
}

TEST(JinjaLimits, LargeNumbers) {
  for (const char* source :
       {"{{ 2 ** 64 }}", "{{ 9223372036854775807 + 1 }}", "{{ -9223372036854775807 - 2 }}", "{{ 10 ** 18 * 10 }}",
        "{{ (-9223372036854775807 - 1) // -1 }}", "{{ -(-9223372036854775807 - 1) }}", "{{ 10.0 ** 400 }}",
        "{{ (-9223372036854775807 - 1)|abs }}", "{{ 10 ** 1000000000 }}"}) {
    expect_limit(source);
  }
  EXPECT_EQ(error_of("{{ 9223372036854775808 }}").code, ErrorCode::kInvalid);
  EXPECT_EQ(error_of("{{ (-9223372036854775807 - 1) % -1 }}").code, ErrorCode::kCancelled);
  EXPECT_EQ(error_of("{{ 1e308 * 10 }}{{ (1e308 * 10)|int }}{{ (1e308 * 10)|round }}").code, ErrorCode::kCancelled);
}

// Needles, patterns and orders that are slow for naive algorithms.
TEST(JinjaLimits, SlowSearches) {
  const auto ends = [](std::string_view source) {
    const ErrorCode code = error_of(source).code;
    return code == ErrorCode::kCancelled || code == ErrorCode::kLimit;
  };
  EXPECT_TRUE(ends("{% set t = 'a' * 4000000 %}{{ ('a' * 2000000 + 'b') in t }}"));
  EXPECT_TRUE(ends("{% set t = 'a' * 4000000 %}{{ t.rfind('b' + 'a' * 2000000) }}"));
  EXPECT_TRUE(ends("{% set t = 'a' * 4000000 %}{{ t.count('a' * 50)}}{{ t.split('a' * 40)|length }}"));
  EXPECT_TRUE(ends("{% set t = 'ab' * 2000000 %}{{ t.rsplit('b')|length }}"));
  EXPECT_TRUE(ends("{% set t = 'ab' * 2000000 %}{{ t.strip('ab' * 100000) }}"));
  EXPECT_TRUE(ends("{% set l = ['a' * 1000000] * 100000 %}{{ l|sort|length }}"));
  EXPECT_TRUE(ends(
      "{% set l = ['a' * 1000000 + 'x', 'a' * 1000000 + 'y'] * 100 %}{{ l|sort|length }}{{ l|unique|list|length }}"));
  EXPECT_TRUE(ends("{{ range(100000)|unique|list|length }}"));
  EXPECT_TRUE(ends("{% set d = dict(range(100000)|batch(2)) %}"));
  EXPECT_TRUE(ends("{% for i in range(100000) %}{{ messages is defined }}{{ (range(50000)|list)[i] }}{% endfor %}"));
  EXPECT_TRUE(ends("{% set s = 'é' * 4000000 %}{% for i in range(100000) %}{{ s[i] }}{% endfor %}"));
}

TEST(JinjaLimits, TheSandboxHolds) {
  for (const char* source :
       {"{{ ''.__class__.__mro__ }}", "{{ [].__class__.__base__.__subclasses__() }}",
        "{{ ''['__class__']['__mro__'] }}", "{{ messages.__class__.__init__ }}",
        "{{ raise_exception.__globals__['os'] }}", "{{ range.__self__.x }}",
        "{{ 'x'|attr('__class__')|attr('__mro__')|attr('x') }}", "{{ messages.append(1) }}",
        "{{ messages[0].pop('role') }}", "{{ messages[0].update(role='system') }}", "{{ messages.clear() }}",
        "{{ '{0.__class__.__mro__}'.format('') }}", "{{ lipsum.__globals__ }}", "{{ self.x }}",
        "{{ cycler.__init__.__globals__ }}", "{{ namespace.__init__.x }}"}) {
    const Error error = error_of(source);
    EXPECT_EQ(error.code, ErrorCode::kInvalid) << source << "\n" << error.message;
    EXPECT_TRUE(error.message.starts_with("t:1: ")) << error.message;
  }
}

TEST(JinjaLimits, DefaultsEndSoon) {
  expect_limit("{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}", {});
  expect_limit("{% macro f(n) %}{% if n %}{{ f(n - 1) }}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(40) }}", {});
}

TEST(JinjaLimits, AreSettable) {
  jinja::Limits limits;
  limits.steps_max = 100;
  expect_limit("{% for i in range(100) %}{% endfor %}", limits);
  limits = {};
  limits.string_bytes_max = 10;
  expect_limit("{% for i in range(100) %}x{% endfor %}", limits);
  expect_limit("{{ [1, 2, 3, 4, 5] }}", limits);
  limits = {};
  limits.template_bytes_max = 3;
  expect_limit("four", limits);
}

TEST(JinjaLimits, BrokenBytes) {
  EXPECT_EQ(error_of("a\xff").code, ErrorCode::kInvalid);
  EXPECT_EQ(error_of("{{ '\xc3' }}").code, ErrorCode::kInvalid);
  const ChatMessage message{"user\xff", "\xe2\x82 \xf0\x9f x\xc3", {}};
  const Result<ChatTemplate> chat = ChatTemplate::parse(
      "{% for m in messages %}{{ m.content|trim|upper }}{{ m.content[::-1] }}{{ m.content|length }}{{ m.content|tojson "
      "}}"
      "{{ [m.content] }}{{ m.content.split() }}{{ m.content.title() }}{% endfor %}",
      "t");
  ASSERT_TRUE(chat.ok());
  EXPECT_TRUE(chat.value().render(Conversation::from_messages({&message, 1}), Json(), {}).ok());
}

}  // namespace
}  // namespace capy
