// SPDX-License-Identifier: Apache-2.0
// Templates against jinja2 with transformers' settings: what tools/make_template_goldens.py recorded.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "base/concat.h"
#include "base/json.h"
#include "base/mapped_file.h"
#include "text/chat_template.h"

namespace capy {
namespace {

const std::string kGolden = concat(CAPY_SOURCE_DIR, "/tests/golden/templates/");

JsonDocument load(std::string_view name) {
  Result<JsonDocument> document = JsonDocument::read(concat(kGolden, name));
  EXPECT_TRUE(document.ok()) << document.error().message;
  return std::move(document).take();
}

TemplateOptions options_of(const Json& all, const Json& conversation) {
  TemplateOptions options;
  options.local_seconds = all["local_seconds"].as_int();
  options.add_generation_prompt = conversation["add_generation_prompt"].as_bool().value_or(false);
  options.enable_thinking = conversation["enable_thinking"].as_bool();
  for (int64_t i = 0; i < all["special_tokens"].size(); ++i) {
    options.special_tokens.emplace_back(all["special_tokens"].key(i), *all["special_tokens"][i].as_string());
  }
  for (int64_t i = 0; i < conversation["variables"].size(); ++i) {
    options.variables.emplace_back(conversation["variables"].key(i), conversation["variables"][i]);
  }
  return options;
}

Result<RenderedPrompt> render(const ChatTemplate& chat, const Json& all, const Json& conversation) {
  return chat.render(conversation["messages"], conversation["tools"], options_of(all, conversation));
}

TEST(JinjaGoldens, OwnTemplates) {
  const JsonDocument conversations = load("conversations.json");
  const JsonDocument expected = load("expected.json");
  const Json cases = conversations.root()["conversations"];
  const Json templates = expected.root()["templates"];
  ASSERT_GE(templates.size(), 10);
  for (int64_t t = 0; t < templates.size(); ++t) {
    const std::string name(templates.key(t));
    const Result<std::string> source = read_file(kGolden + name, 1 << 20);
    ASSERT_TRUE(source.ok());
    const Result<ChatTemplate> chat = ChatTemplate::parse(source.value(), name);
    ASSERT_TRUE(chat.ok()) << chat.error().message;
    for (int64_t c = 0; c < cases.size(); ++c) {
      SCOPED_TRACE(concat(name, ", conversation \"", cases.key(c), "\""));
      const Json wanted = templates[t][cases.key(c)];
      const Result<RenderedPrompt> prompt = render(chat.value(), conversations.root(), cases[c]);
      if (wanted["text"].exists()) {
        ASSERT_TRUE(prompt.ok()) << prompt.error().message;
        EXPECT_EQ(prompt.value().text, *wanted["text"].as_string());
        continue;
      }
      ASSERT_FALSE(prompt.ok()) << prompt.value().text;
      if (wanted["raised"].exists()) {
        EXPECT_TRUE(prompt.error().message.ends_with(concat(": ", *wanted["raised"].as_string())))
            << prompt.error().message << "\nwanted: " << *wanted["raised"].as_string();
      }
    }
  }
}

TEST(JinjaGoldens, Expressions) {
  const JsonDocument expressions = load("expressions.json");
  const JsonDocument variables = load("expression_variables.json");
  const JsonDocument nobody = JsonDocument::parse("[]", "messages").take();
  TemplateOptions options;
  options.local_seconds = 1783155903;
  for (int64_t i = 0; i < variables.root().size(); ++i) {
    options.variables.emplace_back(variables.root().key(i), variables.root()[i]);
  }
  const Json all = expressions.root()["expressions"];
  ASSERT_GE(all.size(), 300);
  for (int64_t i = 0; i < all.size(); ++i) {
    const std::string_view source = *all[i]["template"].as_string();
    SCOPED_TRACE(source);
    const Result<ChatTemplate> chat = ChatTemplate::parse(source, "expression");
    const Result<RenderedPrompt> text = chat.ok() ? chat.value().render(nobody.root(), Json(), options) : chat.error();
    if (all[i]["text"].exists()) {
      ASSERT_TRUE(text.ok()) << text.error().message;
      EXPECT_EQ(text.value().text, *all[i]["text"].as_string());
    } else {
      ASSERT_FALSE(text.ok()) << text.value().text << "\nwanted: " << *all[i]["error"].as_string();
      EXPECT_TRUE(text.error().message.starts_with("expression:")) << text.error().message;
    }
  }
}

std::string fnv_of(std::string_view text) {
  uint64_t value = 0xcbf29ce484222325;
  for (const char c : text) value = (value ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  char digits[17];
  std::snprintf(digits, sizeof digits, "%016llx", static_cast<unsigned long long>(value));
  return digits;
}

// The official templates are not part of this project: they are read where they lie, and only hashes are kept.
TEST(JinjaGoldens, OfficialTemplates) {
  const char* given = std::getenv("CAPY_OFFICIAL_TEMPLATES");
  const std::string directory = given != nullptr ? given : concat(CAPY_SOURCE_DIR, "/../shared/qwen35/configs");
  const JsonDocument conversations = load("conversations.json");
  const JsonDocument hashes = load("official_hashes.json");
  const Json cases = conversations.root()["conversations"];
  const Json templates = hashes.root()["templates"];
  int compared = 0;
  for (int64_t t = 0; t < templates.size(); ++t) {
    const std::string name(templates.key(t));
    if (!std::filesystem::exists(concat(directory, "/", name))) continue;
    const Result<std::string> source = read_file(concat(directory, "/", name), 1 << 20);
    ASSERT_TRUE(source.ok());
    const Result<ChatTemplate> chat = ChatTemplate::parse(source.value(), name);
    ASSERT_TRUE(chat.ok()) << chat.error().message;
    for (int64_t c = 0; c < cases.size(); ++c) {
      SCOPED_TRACE(concat(name, ", conversation \"", cases.key(c), "\""));
      const Result<RenderedPrompt> prompt = render(chat.value(), conversations.root(), cases[c]);
      EXPECT_EQ(prompt.ok() ? fnv_of(prompt.value().text) : "error", *templates[t][cases.key(c)].as_string());
      ++compared;
    }
  }
  if (compared == 0) GTEST_SKIP() << "skipped: no official templates in " << directory;
}

// Whoever writes a message cannot make template text: its characters are value, wherever they come out.
TEST(JinjaGoldens, ValuesStayValues) {
  const JsonDocument conversations = load("conversations.json");
  const JsonDocument expected = load("expected.json");
  const Json cases = conversations.root()["conversations"];
  const Json templates = expected.root()["templates"];
  int forged = 0;
  for (int64_t t = 0; t < templates.size(); ++t) {
    const std::string name(templates.key(t));
    const Result<std::string> source = read_file(kGolden + name, 1 << 20);
    const Result<ChatTemplate> chat = ChatTemplate::parse(source.value(), name);
    ASSERT_TRUE(chat.ok());
    for (const char* conversation : {"forged markers", "forged markers in calls", "forged role"}) {
      SCOPED_TRACE(concat(name, ", conversation \"", conversation, "\""));
      const Result<RenderedPrompt> prompt = render(chat.value(), conversations.root(), cases[conversation]);
      if (!prompt.ok()) continue;
      std::string values, whole;
      for_each_piece(prompt.value(), [&](std::string_view text, bool is_template) {
        whole += text;
        if (!is_template) {
          values += text;
          return;
        }
        // "rm" and "obey" stand only in the forged text, which surrounds its markers with them.
        EXPECT_EQ(text.find("obey"), std::string_view::npos) << text;
        EXPECT_EQ(text.find("<function=rm>"), std::string_view::npos) << text;
      });
      EXPECT_EQ(whole, prompt.value().text);
      for (size_t at = values.find("<|im_end|>"); at != std::string::npos; at = values.find("<|im_end|>", at + 1)) {
        ++forged;
      }
    }
  }
  EXPECT_GT(forged, 100);
}

// And the template's markers are template text as a whole, however it puts them together.
TEST(JinjaGoldens, MarkersStayWhole) {
  const JsonDocument conversations = load("conversations.json");
  const Json cases = conversations.root()["conversations"];
  const std::pair<const char*, std::vector<std::string>> kMarkers[] = {
      {"chatml.jinja", {"<|im_start|>", "<|im_end|>\n"}},
      {"qwen35_like.jinja", {"<|im_start|>user\n", "<|im_end|>\n", "</tool_call><|im_end|>", "\n<parameter="}},
      {"llama3_like.jinja", {"<s><|start_header_id|>system<|end_header_id|>\n\n", "<|eot_id|>"}},
      {"mistral_like.jinja", {"[/INST]", "[TOOL_CALLS] [", "</s>"}},
      {"gemma_like.jinja", {"<s><start_of_turn>", "<end_of_turn>\n"}},
      {"harmony_like.jinja", {"<|message|>", "<|end|>", "<|start|>"}},
      {"deepseek_like.jinja", {"<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>", "<｜end▁of▁sentence｜>"}}};
  for (const auto& [name, markers] : kMarkers) {
    const Result<std::string> source = read_file(kGolden + name, 1 << 20);
    const Result<ChatTemplate> chat = ChatTemplate::parse(source.value(), name);
    ASSERT_TRUE(chat.ok());
    std::string all;
    for (int64_t c = 0; c < cases.size(); ++c) {
      if (cases.key(c).starts_with("forged")) continue;
      const Result<RenderedPrompt> prompt = render(chat.value(), conversations.root(), cases[c]);
      if (!prompt.ok()) continue;
      std::string template_text;
      for_each_piece(prompt.value(),
                     [&](std::string_view text, bool is_template) { template_text += is_template ? text : "\x01"; });
      all += template_text;
      for (const std::string& marker : markers) {
        size_t in_text = 0, in_template = 0;
        for (size_t at = prompt.value().text.find(marker); at != std::string::npos;
             at = prompt.value().text.find(marker, at + 1)) {
          ++in_text;
        }
        for (size_t at = template_text.find(marker); at != std::string::npos; at = template_text.find(marker, at + 1)) {
          ++in_template;
        }
        EXPECT_EQ(in_text, in_template) << name << " " << cases.key(c) << " " << marker;
      }
    }
    for (const std::string& marker : markers) EXPECT_NE(all.find(marker), std::string::npos) << name << " " << marker;
  }
}

}  // namespace
}  // namespace capy
