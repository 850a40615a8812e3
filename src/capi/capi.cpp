// SPDX-License-Identifier: Apache-2.0
// capy.h: the library, models and text. Sequences are in sequence.cpp. Contracts are stated in capy.h alone.
#include <algorithm>
#include <string_view>

#include "base/json.h"
#include "base/utf8.h"
#include "capi/handles.h"
#include "capi/options.h"
#include "engine/text_model.h"

namespace capy::capi {
namespace {

int32_t type_code(ComputeType type) {
  switch (type) {
    case ComputeType::kF32: return CAPY_TYPE_F32;
    case ComputeType::kBF16: return CAPY_TYPE_BF16;
    case ComputeType::kInt8: return CAPY_TYPE_INT8;
    case ComputeType::kInt4: return CAPY_TYPE_INT4;
  }
  return CAPY_TYPE_AUTO;
}

int32_t kv_code(KvType type) {
  switch (type) {
    case KvType::kF32: return CAPY_KV_F32;
    case KvType::kBF16: return CAPY_KV_BF16;
    case KvType::kInt8: return CAPY_KV_INT8;
    case KvType::kInt4: return CAPY_KV_INT4;
  }
  return CAPY_KV_AUTO;
}

// Cut between characters where it is too long.
void write_message(std::string_view text, char* message, size_t message_bytes) noexcept {
  if (message == nullptr || message_bytes == 0) return;
  size_t length = std::min(text.size(), message_bytes - 1);
  const auto continues = [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; };
  while (length > 0 && length < text.size() && continues(text[length])) --length;
  text.copy(message, length);
  message[length] = '\0';
}

// What capy_open works on: a place for the handle, and for the message until it is in the caller's buffer.
struct Opening {
  std::unique_ptr<capy_model> model;
  std::string error;
};

Status open_model(const char* path, const capy_open_options* options, Opening& opening) {
  TRY(check_given(path, "path"));
  EngineOptions engine_options = TRY(read_open_options(options));
  auto model = std::make_unique<capy_model>();
  model->core = std::make_shared<Core>();
  model->core->engine = TRY(Engine::open(path, std::move(engine_options)));
  opening.model = std::move(model);
  return {};
}

Result<const Tokenizer*> tokenizer_of(const capy_model& model) {
  const Tokenizer* const tokenizer = model.core->engine->tokenizer();
  if (tokenizer == nullptr) return Error{ErrorCode::kNotFound, "this model has no tokenizer"};
  return tokenizer;
}

Status describe(const capy_model& model, capy_model_info* info) {
  TRY(check_given(info, "info"));
  TRY(check_size(*info, sizeof(capy_model_info), "capy_model_info"));
  const Engine& engine = *model.core->engine;
  const Tokenizer* const tokenizer = engine.tokenizer();
  capy_model_info ours{};
  ours.vocab = engine.vocab();
  ours.context_tokens = engine.context_tokens();
  ours.memory_bytes = engine.memory_bytes();
  ours.used_bytes = engine.used_bytes();
  ours.type = type_code(engine.compute_type());
  ours.kv_type = kv_code(engine.kv_type());
  ours.threads = engine.threads();
  ours.has_tokenizer = tokenizer != nullptr ? 1 : 0;
  ours.has_chat_template = engine.chat_template() != nullptr ? 1 : 0;
  ours.bos_token = tokenizer != nullptr ? tokenizer->bos().value_or(-1) : -1;
  ours.eos_token = tokenizer != nullptr ? tokenizer->eos().value_or(-1) : -1;
  ours.wants_bos = ours.bos_token >= 0 && tokenizer->add_bos() ? 1 : 0;
  ours.isa = engine.isa();
  write_struct(info, ours);
  return {};
}

Result<std::string_view> read_text(const char* text, int64_t bytes) {
  if (bytes < -1) return Error{ErrorCode::kInvalid, concat("text_bytes is ", bytes)};
  if (bytes == 0) return std::string_view();
  TRY(check_given(text, "text"));
  return bytes < 0 ? std::string_view(text) : std::string_view(text, static_cast<size_t>(bytes));
}

Status tokenize(capy_model& model, const char* text, int64_t bytes, int32_t special) {
  const Tokenizer* const tokenizer = TRY(tokenizer_of(model));
  const std::string_view given = TRY(read_text(text, bytes));
  const bool with_special = TRY(read_flag(special, "special"));
  model.tokens.clear();
  if (with_special) {
    tokenizer->encode_with_special(given, model.tokens);
  } else {
    tokenizer->encode(given, model.tokens);
  }
  return {};
}

Status check_token(const Engine& engine, int32_t token) {
  if (token >= 0 && token < engine.vocab()) return {};
  return Error{ErrorCode::kInvalid,
               concat("token ", token, " is not in the vocabulary of ", engine.vocab(), " tokens")};
}

Status detokenize(capy_model& model, const int32_t* tokens, int64_t count, int32_t skip_special) {
  const Tokenizer* const tokenizer = TRY(tokenizer_of(model));
  const bool skips = TRY(read_flag(skip_special, "skip_special"));
  TRY(check_array(tokens, count, INT64_MAX / 8, "tokens"));
  const std::span<const int32_t> ids(tokens, static_cast<size_t>(count));
  for (const int32_t id : ids) TRY(check_token(*model.core->engine, id));
  model.text = tokenizer->decode(ids, skips ? Tokenizer::Special::kSkip : Tokenizer::Special::kKeep);
  return {};
}

Result<RenderedPrompt> render(const capy_model& model, const char* messages_json, const capy_chat_options* given) {
  const auto options = TRY(read_struct(given, sizeof(capy_chat_options), "capy_chat_options"));
  TRY(check_given(messages_json, "messages_json"));
  if (options.thinking < CAPY_THINKING_AUTO || options.thinking > CAPY_THINKING_OFF) {
    return Error{ErrorCode::kInvalid, concat("thinking is ", options.thinking, ", which is not one of its values")};
  }
  const Engine& engine = *model.core->engine;
  const ChatTemplate* const chat_template = engine.chat_template();
  if (chat_template == nullptr) return Error{ErrorCode::kNotFound, "this model has no chat template"};
  std::optional<bool> think;
  if (options.thinking != CAPY_THINKING_AUTO) think = options.thinking == CAPY_THINKING_ON;
  TemplateOptions wanted = template_options(engine.tokenizer(), think);
  wanted.add_generation_prompt = !TRY(read_flag(options.omit_generation_prompt, "omit_generation_prompt"));
  const bool exact = TRY(read_flag(options.exact, "exact"));

  const JsonDocument messages = TRY(JsonDocument::parse(messages_json, "messages_json"));
  const bool has_tools = options.tools_json != nullptr;
  const JsonDocument tools = TRY(JsonDocument::parse(has_tools ? options.tools_json : "null", "tools_json"));
  if (has_tools && !tools.root().is_array()) return Error{ErrorCode::kInvalid, "tools_json is not an array"};
  const auto conversation = TRY(Conversation::from_json(messages.root()));
  return exact ? chat_template->render(conversation, tools.root(), wanted)
               : chat_template->render_tolerant(conversation, tools.root(), wanted);
}

// Gives out what the model's handle holds, or nothing where the call failed.
capy_status give_tokens(capy_status status, const capy_model* model, const int32_t** tokens, int64_t* count) {
  if (tokens != nullptr) *tokens = status == CAPY_OK ? model->tokens.data() : nullptr;
  if (count != nullptr) *count = status == CAPY_OK ? static_cast<int64_t>(model->tokens.size()) : 0;
  return status;
}

capy_status give_text(capy_status status, const capy_model* model, const char** text, int64_t* bytes) {
  if (text != nullptr) *text = status == CAPY_OK ? model->text.c_str() : nullptr;
  if (bytes != nullptr) *bytes = status == CAPY_OK ? static_cast<int64_t>(model->text.size()) : 0;
  return status;
}

template <class Value>
Status check_places(Value** values, const int64_t* count) {
  TRY(check_given(static_cast<const void*>(values), "the place for the result"));
  return check_given(count, "the place for the count");
}

}  // namespace
}  // namespace capy::capi

using capy::Status;
using namespace capy::capi;

const char* capy_version(void) { return CAPY_VERSION; }

const char* capy_status_name(capy_status status) {
  switch (status) {
    case CAPY_OK: return "ok";
    case CAPY_ERROR_INVALID: return "invalid";
    case CAPY_ERROR_CORRUPT: return "corrupt";
    case CAPY_ERROR_NOT_FOUND: return "not found";
    case CAPY_ERROR_UNSUPPORTED: return "unsupported";
    case CAPY_ERROR_LIMIT: return "limit";
    case CAPY_ERROR_IO: return "input or output";
    case CAPY_ERROR_MEMORY: return "out of memory";
    case CAPY_ERROR_BUSY: return "busy";
    case CAPY_ERROR_INTERNAL: return "internal";
  }
  return "unknown";
}

capy_status capy_open(const char* path, const capy_open_options* options, capy_model** model, char* message,
                      size_t message_bytes) {
  Opening opening;
  const capy_status status = guarded(&opening, [&]() -> Status {
    TRY(check_given(static_cast<const void*>(model), "model"));
    return open_model(path, options, opening);
  });
  write_message(opening.error, message, message_bytes);
  if (model != nullptr) *model = opening.model.release();
  return status;
}

capy_status capy_close(capy_model* model) {
  if (model == nullptr) return CAPY_OK;
  if (model->core->busy) {
    keep_message(model->error, "a model cannot be closed from inside a callback");
    return CAPY_ERROR_BUSY;
  }
  delete model;
  return CAPY_OK;
}

const char* capy_last_error(const capy_model* model) { return model != nullptr ? model->error.c_str() : ""; }

capy_status capy_model_describe(capy_model* model, capy_model_info* info) {
  return guarded(model, [&] { return describe(*model, info); });
}

capy_status capy_model_stop_tokens(capy_model* model, const int32_t** tokens, int64_t* count) {
  if (tokens != nullptr) *tokens = nullptr;
  if (count != nullptr) *count = 0;
  return guarded(model, [&]() -> Status {
    TRY(check_places(tokens, count));
    const std::vector<int32_t>& stops = model->core->engine->stop_tokens();
    *tokens = stops.data();
    *count = static_cast<int64_t>(stops.size());
    return {};
  });
}

capy_status capy_tokenize(capy_model* model, const char* text, int64_t text_bytes, int32_t special,
                          const int32_t** tokens, int64_t* count) {
  const capy_status status = guarded(model, [&]() -> Status {
    TRY(check_places(tokens, count));
    return tokenize(*model, text, text_bytes, special);
  });
  return give_tokens(status, model, tokens, count);
}

capy_status capy_detokenize(capy_model* model, const int32_t* tokens, int64_t count, int32_t skip_special,
                            const char** text, int64_t* text_bytes) {
  const capy_status status = guarded(model, [&]() -> Status {
    TRY(check_places(text, text_bytes));
    return detokenize(*model, tokens, count, skip_special);
  });
  return give_text(status, model, text, text_bytes);
}

capy_status capy_token_text(capy_model* model, int32_t token, const char** text, int64_t* text_bytes) {
  if (text != nullptr) *text = nullptr;
  if (text_bytes != nullptr) *text_bytes = 0;
  return guarded(model, [&]() -> Status {
    TRY(check_places(text, text_bytes));
    const capy::Tokenizer* const tokenizer = TRY(tokenizer_of(*model));
    TRY(check_token(*model->core->engine, token));
    const std::string_view bytes = tokenizer->token_bytes(token);
    *text = bytes.empty() ? "" : bytes.data();
    *text_bytes = static_cast<int64_t>(bytes.size());
    return {};
  });
}

capy_status capy_chat_tokens(capy_model* model, const char* messages_json, const capy_chat_options* options,
                             const int32_t** tokens, int64_t* count) {
  const capy_status status = guarded(model, [&]() -> Status {
    TRY(check_places(tokens, count));
    const capy::RenderedPrompt prompt = TRY(render(*model, messages_json, options));
    model->tokens = TRY(model->core->engine->tokenize_prompt(prompt));
    return {};
  });
  return give_tokens(status, model, tokens, count);
}

capy_status capy_chat_text(capy_model* model, const char* messages_json, const capy_chat_options* options,
                           const char** text, int64_t* text_bytes) {
  const capy_status status = guarded(model, [&]() -> Status {
    TRY(check_places(text, text_bytes));
    model->text = TRY(render(*model, messages_json, options)).text;
    return {};
  });
  return give_text(status, model, text, text_bytes);
}
