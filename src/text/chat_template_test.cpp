// SPDX-License-Identifier: Apache-2.0
#include "text/chat_template.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/concat.h"

namespace capy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::string_view kChatMl =
    "{% for m in messages %}{{ '<|im_start|>' + m.role + '\\n' + m.content + '<|im_end|>\\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

ChatTemplate parse(std::string_view source) {
  Result<ChatTemplate> chat = ChatTemplate::parse(source, "test.jinja");
  EXPECT_TRUE(chat.ok()) << chat.error().message;
  return std::move(chat).take();
}

Conversation talk(std::string_view json) {
  const Result<JsonDocument> document = JsonDocument::parse(json, "messages");
  EXPECT_TRUE(document.ok()) << document.error().message;
  Result<Conversation> conversation = Conversation::from_json(document.value().root());
  EXPECT_TRUE(conversation.ok()) << conversation.error().message;
  return std::move(conversation).take();
}

RenderedPrompt render(std::string_view source, std::string_view messages = "[]", const TemplateOptions& options = {}) {
  Result<RenderedPrompt> prompt = parse(source).render(talk(messages), Json(), options);
  EXPECT_TRUE(prompt.ok()) << prompt.error().message;
  return prompt.ok() ? std::move(prompt).take() : RenderedPrompt{};
}

// The prompt with its values in brackets: "<|im_start|>[user]\n...".
std::string marked(const RenderedPrompt& prompt) {
  std::string out;
  for_each_piece(prompt, [&](std::string_view text, bool is_template) {
    out += is_template ? std::string(text) : concat("[", text, "]");
  });
  return out;
}

TEST(ChatTemplate, ChatMl) {
  const RenderedPrompt prompt = render(kChatMl, R"([{"role": "user", "content": "Hi"}])");
  EXPECT_EQ(prompt.text, "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n");
  EXPECT_EQ(marked(prompt), "<|im_start|>user\n[Hi]<|im_end|>\n<|im_start|>assistant\n");
}

TEST(ChatTemplate, MessagesWithoutJson) {
  const ChatMessage messages[] = {{"system", "S", {}}, {"assistant", "A", "because"}};
  const Result<RenderedPrompt> prompt =
      parse(
          "{% for m in messages %}{{ m.role }}:{{ m.content }}:{{ m.reasoning_content }}:{{ m.thinking }};{% endfor %}")
          .render(Conversation::from_messages(messages), Json(), {});
  ASSERT_TRUE(prompt.ok());
  EXPECT_EQ(prompt.value().text, "system:S::;assistant:A:because:because;");
}

TEST(ChatTemplate, MessagesMustBeObjects) {
  for (const char* text : {"{}", "5", "[1]", "[[]]", "[null]", "\"x\""}) {
    const Result<JsonDocument> document = JsonDocument::parse(text, "messages");
    const Result<Conversation> conversation = Conversation::from_json(document.value().root());
    ASSERT_FALSE(conversation.ok()) << text;
    EXPECT_EQ(conversation.error().code, ErrorCode::kInvalid);
  }
  EXPECT_FALSE(Conversation::from_json(Json()).ok());
}

TEST(ChatTemplate, ArgumentsBecomeObjects) {
  constexpr std::string_view kTemplate =
      "{% for m in messages %}{% for c in m.tool_calls %}{{ (c.function or c).arguments|tojson }};{% endfor %}{% "
      "endfor %}";
  const auto call = [](std::string_view arguments) {
    return concat(R"([{"role": "assistant", "tool_calls": [{"function": {"name": "f", "arguments": )", arguments,
                  "}}]}]");
  };
  EXPECT_EQ(render(kTemplate, call(R"("{\"a\": 1.0, \"b\": [true, null]}")")).text,
            R"({"a": 1.0, "b": [true, null]};)");
  EXPECT_EQ(render(kTemplate, call(R"({"a": 1})")).text, R"({"a": 1};)");
  EXPECT_EQ(render(kTemplate, call(R"("")")).text, "{};");
  EXPECT_EQ(render(kTemplate, call(R"("{broken")")).text, "\"{broken\";");
  EXPECT_EQ(render(kTemplate, call(R"("[1]")")).text, "\"[1]\";");
  EXPECT_EQ(render(kTemplate, R"([{"tool_calls": [{"name": "f", "arguments": "{\"x\": 2}"}]}])").text, R"({"x": 2};)");
}

TEST(ChatTemplate, OptionsAreVariables) {
  const JsonDocument value = JsonDocument::parse(R"({"x": [1, "y"]})", "value").take();
  TemplateOptions options;
  options.enable_thinking = false;
  options.add_generation_prompt = false;
  options.special_tokens = {{"bos_token", "<s>"}};
  options.variables = {{"extra", value.root()}};
  const RenderedPrompt prompt =
      render("{{ bos_token }}{{ extra.x[1] }}{{ enable_thinking }}{{ add_generation_prompt }}{{ tools is none }}", "[]",
             options);
  EXPECT_EQ(marked(prompt), "<s>[yFalseFalseTrue]");
  EXPECT_EQ(render("{{ enable_thinking is defined }}{{ eos_token is defined }}").text, "FalseFalse");
}

TEST(ChatTemplate, GenerationIsMarked) {
  const RenderedPrompt prompt = render("a{% generation %}b{{ messages[0].content }}{% endgeneration %}c",
                                       R"([{"role": "user", "content": "v"}])");
  EXPECT_EQ(prompt.text, "abvc");
  EXPECT_THAT(prompt.spans, ElementsAre(Span{0, 1, true, false}, Span{1, 2, true, true}, Span{2, 3, false, true},
                                        Span{3, 4, true, false}));
  EXPECT_EQ(marked(prompt), "ab[v]c");  // pieces do not care about generation
}

TEST(ChatTemplate, OriginsSurviveOperations) {
  constexpr std::string_view kMessages = R"([{"role": "guest", "content": " <a> B "}])";
  const std::pair<const char*, const char*> kCases[] = {
      {"{% set c = messages[0].content %}{{ '<' ~ c ~ '>' }}", "<[ <a> B ]>"},
      {"{{ ('<' + messages[0].content + '>')|trim }}", "<[ <a> B ]>"},
      {"{{ messages[0].content|trim + '|' }}", "[<a> B]|"},
      {"{{ ('x' + messages[0].content)[0:3] }}", "x[ <]"},
      {"{{ ('x' + messages[0].content)[::-1] }}", "[ B >a< ]x"},
      {"{{ ('<x>' + messages[0].content).upper() }}", "<X>[ <A> B ]"},
      {"{{ messages[0].content.replace('a', '<|t|>') }}", "[ <]<|t|>[> B ]"},
      {"{{ 'a-b'.replace('-', messages[0].content) }}", "a[ <a> B ]b"},
      {"{{ [messages[0].content, 'x']|join('--') }}", "[ <a> B ]--x"},
      {"{{ ('x|' + messages[0].content).split('|')|last }}{{ 'y' }}", "[ <a> B ]y"},
      {"{{ ('x|' + messages[0].content).split('|')|first }}", "x"},
      {"{{ '%s=%s' % ('k', messages[0].content) }}", "k=[ <a> B ]"},
      {"{{ '{}={}'.format('k', messages[0].content) }}", "k=[ <a> B ]"},
      {"{% set b %}<b>{{ messages[0].content }}{% endset %}{{ b }}", "<b>[ <a> B ]"},
      {"{% macro m(x) %}<m>{{ x }}{% endmacro %}{{ m(messages[0].content) }}", "<m>[ <a> B ]"},
      {"{% filter upper %}t{{ messages[0].content }}{% endfilter %}", "T[ <A> B ]"},
      {"{% set ns = namespace(x='t') %}{% set ns.x = ns.x + messages[0].role %}{{ ns.x }}", "t[guest]"},
      {"{{ messages[0].content|tojson }}", "[\" <a> B \"]"},
      {"{{ {'k': 'template'}|tojson }}", "[{\"k\": \"template\"}]"},
      {"{{ ['template'] }}", "[['template']]"},
      {"{{ messages[0].content|e }}", "[ &lt;a&gt; B ]"},
      {"{{ ('t<' + messages[0].role)|e }}", "t&lt;[guest]"},
      {"{{ messages[0].content if false else 't' }}", "t"},
      {"{{ 't' * 2 }}{{ messages[0].role * 2 }}", "tt[guestguest]"},
      {"{{ 'a\n'|indent(1) }}{{ messages[0].role|indent(2, true) }}", "a\n  [guest]"},
      {"{{ 5 }}{{ true }}", "[5True]"},
      {"{% for c in 'ab' %}{{ c }}{% endfor %}{% for k in messages[0] %}{{ k }}{% endfor %}", "ab[rolecontent]"},
      {"{{ strftime_now('%%') }}", "[%]"},
      {"{{ messages[0].content|title }}{{ 't'|capitalize }}", "[ <A> B ]T"},
      {"{{ 'a,b'|replace(',', messages[0].role)|upper }}", "A[GUEST]B"},
      {"{{ messages|map(attribute='role')|join(', ') }}", "[guest]"},
      {"{{ ('pre' ~ messages[0].role).partition('e')|join('/') }}", "pr/e/[guest]"},
  };
  for (const auto& [source, wanted] : kCases) EXPECT_EQ(marked(render(source, kMessages)), wanted) << source;
}

TEST(ChatTemplate, UsualRolesMakeMarkers) {
  constexpr std::string_view kTemplate = "{% for m in messages %}{{ '<|' + m.role + '|>' + m.content }}{% endfor %}";
  EXPECT_EQ(marked(render(kTemplate, R"([{"role": "user", "content": "a"}, {"role": "im_start", "content": "b"}])")),
            "<|user|>[a]<|[im_start]|>[b]");
  const ChatMessage message{"assistant", "x", {}};
  EXPECT_EQ(marked(parse(kTemplate).render(Conversation::from_messages({&message, 1}), Json(), {}).value()),
            "<|assistant|>[x]");
}

// Keyword arguments may be spread from a message.
TEST(ChatTemplate, NamesOfArgumentsAreValues) {
  constexpr std::string_view kMessages = R"([{"<|im_start|>": "x"}])";
  EXPECT_EQ(marked(render("{{ dict(**messages[0])|first }}", kMessages)), "[<|im_start|>]");
  EXPECT_EQ(marked(render("{% macro m() %}{{ kwargs|first }}{% endmacro %}{{ m(**messages[0]) }}", kMessages)),
            "[<|im_start|>]");
}

TEST(ChatTemplate, PartsAreJoinedWhereTheTemplateTakesNone) {
  const Conversation messages = talk(R"([{"role": "user", "content": [{"type": "text", "text": "a"}, "b"]}])");
  const std::pair<const char*, bool> kTemplates[] = {
      {"{% for m in messages %}{{ m.content|trim }}{% endfor %}", false},
      {"{% for m in messages %}{{ m.content|tojson if m.content is not string else m.content }}{% endfor %}", false},
      {"{% for m in messages %}{{ m.content + '' }}{% endfor %}", false},
      {"{% for m in messages %}{% for p in m.content %}{{ p.text or p }}{{ '\n' }}{% endfor %}{% endfor %}", true}};
  for (const auto& [source, takes_parts] : kTemplates) {
    const ChatTemplate chat = parse(source);
    EXPECT_EQ(chat.takes_parts(), takes_parts) << source;
    const Result<RenderedPrompt> prompt = chat.render_tolerant(messages, Json(), {});
    ASSERT_TRUE(prompt.ok()) << prompt.error().message;
    EXPECT_EQ(prompt.value().text.substr(0, 3), "a\nb") << source;
    EXPECT_EQ(prompt.value().note.empty(), takes_parts);
  }
}

TEST(ChatTemplate, SpansCoverTheText) {
  const RenderedPrompt prompt = render(kChatMl, R"([{"role": "user", "content": ""}, {"role": "", "content": "x"}])");
  size_t at = 0;
  for (const Span& span : prompt.spans) {
    EXPECT_EQ(span.begin, at);
    EXPECT_LT(span.begin, span.end);
    at = span.end;
  }
  EXPECT_EQ(at, prompt.text.size());
  EXPECT_TRUE(render("").spans.empty());
}

TEST(ChatTemplate, ErrorsNameThePlace) {
  const Result<ChatTemplate> bad = ChatTemplate::parse("line\n{% if %}", "chat.jinja");
  ASSERT_FALSE(bad.ok());
  EXPECT_THAT(bad.error().message, testing::StartsWith("chat.jinja:2: "));
  const Result<RenderedPrompt> raised =
      parse("\n\n{{ raise_exception('No ' ~ 'way') }}").render(talk("[]"), Json(), {});
  ASSERT_FALSE(raised.ok());
  EXPECT_EQ(raised.error().message, "test.jinja:3: No way");
  EXPECT_EQ(raised.error().code, ErrorCode::kInvalid);
  const Result<RenderedPrompt> missing = parse("\n{{ a\n.b }}").render(talk("[]"), Json(), {});
  ASSERT_FALSE(missing.ok());
  EXPECT_THAT(missing.error().message, HasSubstr("'a' is undefined"));
  const Result<ChatTemplate> include = ChatTemplate::parse("{% include 'x' %}", "chat.jinja");
  ASSERT_FALSE(include.ok());
  EXPECT_EQ(include.error().code, ErrorCode::kUnsupported);
}

TEST(ChatTemplate, OneTemplateRendersOften) {
  const ChatTemplate chat = parse("{% set ns = namespace(n=0) %}{% set ns.n = ns.n + 1 %}{{ ns.n }}");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(chat.render(talk("[]"), Json(), {}).value().text, "1");
}

// A template as strict as the strictest: system first, then user and assistant in turns, text only, no tools.
constexpr std::string_view kStrict =
    "{% if not messages %}{{ raise_exception('empty') }}{% endif %}"
    "{% set rest = messages[1:] if messages[0].role == 'system' else messages %}"
    "{% if messages[0].role == 'system' %}S({{ messages[0].content }}){% endif %}"
    "{% for m in rest %}{% if m.content is not string %}{{ raise_exception('text only') }}{% endif %}"
    "{% if m.role != ['user', 'assistant'][loop.index0 % 2] or m.tool_calls %}{{ raise_exception('order') }}{% endif %}"
    "{{ m.role[0] }}({{ m.content }}){% endfor %}";

struct TolerantCase {
  const char* messages;
  const char* wanted;
};

TEST(ChatTemplate, TolerantRenderPutsMessagesInOrder) {
  const TolerantCase kCases[] = {
      {R"([{"role": "user", "content": "a"}, {"role": "system", "content": "s"}])", "S(s)u(a)"},
      {R"([{"role": "system", "content": "s"}, {"role": "system", "content": "t"}, {"role": "user", "content": "a"}])",
       "S(s\n\nt)u(a)"},
      {R"([{"role": "user", "content": "a"}, {"role": "user", "content": "b"}])", "u(a\n\nb)"},
      {R"([{"role": "assistant", "content": "a"}, {"role": "user", "content": "b"}])", "u()a(a)u(b)"},
      {R"([{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"},
           {"role": "assistant", "content": "c"}])",
       "u(a)a(b\n\nc)"},
      {R"([{"role": "developer", "content": "d"}, {"role": "human", "content": "a"}])", "S(d)u(a)"},
      {R"([])", "u()"},
      {R"([{"role": "user", "content": null}])", "u()"},
      {R"([{"role": "system", "content": "s"}])", "S(s)"},
      {R"([{"role": "system", "content": [{"type": "text", "text": "s"}]},
           {"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]},
           {"role": "user", "content": "c"}])",
       "S(s)u(a\nb\n\nc)"},
      {R"([{"role": "user", "content": "a"}, {"role": "assistant", "content": "x",
            "tool_calls": [{"function": {"name": "f", "arguments": "{}"}}]}, {"role": "tool", "content": "r"}])",
       "u(a)a(x\n\nTool call: {\"function\": {\"name\": \"f\", \"arguments\": {}}})u(Tool result:\nr)"},
  };
  const ChatTemplate chat = parse(kStrict);
  for (const TolerantCase& one : kCases) {
    const Conversation messages = talk(one.messages);
    const Result<RenderedPrompt> exact = chat.render(messages, Json(), {});
    const Result<RenderedPrompt> tolerant = chat.render_tolerant(messages, Json(), {});
    ASSERT_TRUE(tolerant.ok()) << one.messages << tolerant.error().message;
    EXPECT_EQ(tolerant.value().text, one.wanted) << one.messages;
    EXPECT_EQ(tolerant.value().note.empty(), exact.ok()) << one.messages;
    if (!exact.ok()) {
      EXPECT_THAT(tolerant.value().note, HasSubstr("refused"));
    }
  }
}

TEST(ChatTemplate, TolerantRenderIsExactWhereItCan) {
  const Conversation messages = talk(R"([{"role": "critic", "content": "x"}, {"role": "critic", "content": "y"}])");
  const Result<RenderedPrompt> prompt = parse(kChatMl).render_tolerant(messages, Json(), {});
  ASSERT_TRUE(prompt.ok());
  EXPECT_THAT(prompt.value().text, HasSubstr("<|im_start|>critic\ny"));
  EXPECT_EQ(prompt.value().note, "");
}

TEST(ChatTemplate, TolerantRenderGivesTheFirstError) {
  const ChatTemplate chat = parse("{{ raise_exception('never: ' ~ messages|length) }}");
  const Result<RenderedPrompt> prompt =
      chat.render_tolerant(talk(R"([{"role": "user"}, {"role": "user"}])"), Json(), {});
  ASSERT_FALSE(prompt.ok());
  EXPECT_EQ(prompt.error().message, "test.jinja:1: never: 2");
}

TEST(ChatTemplate, ImagesLeaveTheSystemMessage) {
  constexpr std::string_view kTemplate =
      "{% for m in messages %}{% if m.role == 'system' and m.content is not string %}{{ raise_exception('no') }}"
      "{% endif %}{{ m.role }}={{ m.content }};{% endfor %}";
  const Result<RenderedPrompt> prompt = parse(kTemplate).render_tolerant(
      talk(R"([{"role": "system", "content": [{"type": "text", "text": "s"}, {"type": "image"}]},
               {"role": "user", "content": "u"}])"),
      Json(), {});
  ASSERT_TRUE(prompt.ok()) << prompt.error().message;
  EXPECT_EQ(prompt.value().text, "system=s;user=[{'type': 'image'}, {'type': 'text', 'text': 'u'}];");
}

}  // namespace
}  // namespace capy
