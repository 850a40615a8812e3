// SPDX-License-Identifier: Apache-2.0
// Chat templates: any bytes are a template that renders within its limits, or an error that names the place. What
// stands behind a zero byte is JSON: the messages, or an object with messages, tools and variables.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string_view>

#include "base/json.h"
#include "text/chat_template.h"

namespace {

using namespace capy;

constexpr std::string_view kName = "t";
constexpr std::string_view kMessages =
    R"([{"role": "system", "content": "S<|im_end|>"}, {"role": "user", "content": [{"type": "text", "text": "é日"},
        {"type": "image"}]}, {"role": "assistant", "content": "<think>a</think>b", "tool_calls": [{"id": "123456789",
        "function": {"name": "f", "arguments": "{\"x\": [1, 2.5, null, true, {\"y\": \"z\"}]}"}}]},
        {"role": "tool", "content": "r", "tool_call_id": "123456789"}])";

jinja::Limits tight_limits() {
  jinja::Limits limits;
  limits.steps_max = 20'000;
  limits.string_bytes_max = 1 << 16;
  limits.list_items_max = 5'000;
  limits.range_items_max = 2'000;
  return limits;
}

void check(bool condition) {
  if (!condition) std::abort();
}

void check_prompt(const RenderedPrompt& prompt) {
  size_t at = 0;
  for (const Span& span : prompt.spans) {
    check(span.begin == at && span.end > span.begin);
    at = span.end;
  }
  check(at == prompt.text.size());
  size_t bytes = 0;
  for_each_piece(prompt, [&](std::string_view text, bool) { bytes += text.size(); });
  check(bytes == prompt.text.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view all(reinterpret_cast<const char*>(data), size);
  const std::string_view source = all.substr(0, all.find('\0'));
  const std::string_view context = source.size() < all.size() ? all.substr(source.size() + 1) : kMessages;
  const Result<ChatTemplate> chat = ChatTemplate::parse(source, kName, tight_limits());
  if (!chat.ok()) {
    check(!chat.error().message.empty());
    return 0;
  }
  const Result<JsonDocument> document = JsonDocument::parse(context, "context");
  if (!document.ok()) return 0;
  const Json root = document.value().root();
  const Result<Conversation> messages = Conversation::from_json(root.is_object() ? root["messages"] : root);
  if (!messages.ok()) return 0;
  TemplateOptions options;
  options.local_seconds = 1783155903;
  options.special_tokens = {{"bos_token", "<s>"}, {"eos_token", "</s>"}};
  for (int64_t i = 0; i < root["variables"].size(); ++i) {
    options.variables.emplace_back(root["variables"].key(i), root["variables"][i]);
  }
  const Result<RenderedPrompt> prompt = chat.value().render(messages.value(), root["tools"], options);
  const Result<RenderedPrompt> tolerant = chat.value().render_tolerant(messages.value(), root["tools"], options);
  if (prompt.ok()) {
    check_prompt(prompt.value());
    check(tolerant.ok() && tolerant.value().text == prompt.value().text && tolerant.value().note.empty());
  } else {
    check(prompt.error().message.starts_with("t:") || prompt.error().code == ErrorCode::kLimit);
    if (tolerant.ok()) check_prompt(tolerant.value());
  }
  return 0;
}
