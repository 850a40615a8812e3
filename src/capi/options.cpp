// SPDX-License-Identifier: Apache-2.0
#include "capi/options.h"

#include <cstddef>
#include <string>

#include "capi/handles.h"

namespace capy::capi {
namespace {

Error out_of_range(const char* name, int64_t value) {
  return Error{ErrorCode::kInvalid, concat(name, " is ", value, ", which is not one of its values")};
}

// Zero stands for "off", which is 1 for shares and factors.
float one_for_zero(float value) { return value == 0 ? 1.0F : value; }

Result<std::optional<ComputeType>> read_type(int32_t type) {
  switch (type) {
    case CAPY_TYPE_AUTO: return std::optional<ComputeType>();
    case CAPY_TYPE_F32: return std::optional(ComputeType::kF32);
    case CAPY_TYPE_BF16: return std::optional(ComputeType::kBF16);
    case CAPY_TYPE_INT8: return std::optional(ComputeType::kInt8);
    case CAPY_TYPE_INT4: return std::optional(ComputeType::kInt4);
    default: return out_of_range("type", type);
  }
}

Result<std::optional<KvType>> read_kv_type(int32_t type) {
  switch (type) {
    case CAPY_KV_AUTO: return std::optional<KvType>();
    case CAPY_KV_F32: return std::optional(KvType::kF32);
    case CAPY_KV_BF16: return std::optional(KvType::kBF16);
    case CAPY_KV_INT8: return std::optional(KvType::kInt8);
    case CAPY_KV_INT4: return std::optional(KvType::kInt4);
    default: return out_of_range("kv_type", type);
  }
}

Status read_stop_strings(const capy_decode_options& options, Request& request) {
  TRY(check_array(options.stop_strings, options.stop_string_count, EngineLimits().stop_strings_max, "stop_strings"));
  for (int64_t i = 0; i < options.stop_string_count; ++i) {
    TRY(check_given(options.stop_strings[i], "a stop string"));
    request.stop_strings.emplace_back(options.stop_strings[i]);
  }
  return {};
}

}  // namespace

Result<bool> read_flag(int32_t value, const char* name) {
  if (value != 0 && value != 1) return out_of_range(name, value);
  return value == 1;
}

Result<EngineOptions> read_open_options(const capy_open_options* given) {
  constexpr size_t kFirstVersion = offsetof(capy_open_options, cache_directory);
  const capy_open_options options = TRY(read_struct(given, kFirstVersion, "capy_open_options"));
  if (options.memory_bytes < 0) return out_of_range("memory_bytes", options.memory_bytes);
  EngineOptions read;
  read.type = TRY(read_type(options.type));
  read.kv = TRY(read_kv_type(options.kv_type));
  read.threads = options.threads;
  if (options.chunk_tokens != 0) read.chunk_tokens = options.chunk_tokens;
  read.context_tokens = options.context_tokens;
  read.memory_bytes = options.memory_bytes;
  if (options.cache_directory != nullptr) read.cache_directory = options.cache_directory;
  // A decoding sequence is two for a moment: the request's is forked off before the handle's is let go.
  read.limits.sequences_max = CAPY_SEQUENCES_MAX + 1;
  return read;
}

Result<SamplingOptions> read_sampling_options(const capy_sampling_options* given, int64_t vocab) {
  const auto options = TRY(read_struct(given, sizeof(capy_sampling_options), "capy_sampling_options"));
  TRY(check_array(options.bias_tokens, options.bias_count, vocab, "bias_tokens"));
  TRY(check_array(options.bias_values, options.bias_count, vocab, "bias_values"));
  SamplingOptions read;
  read.temperature = options.temperature;
  read.top_k = options.top_k;
  read.top_p = one_for_zero(options.top_p);
  read.min_p = options.min_p;
  read.typical_p = one_for_zero(options.typical_p);
  read.presence_penalty = options.presence_penalty;
  read.frequency_penalty = options.frequency_penalty;
  read.repetition_penalty = one_for_zero(options.repetition_penalty);
  read.repetition_window = options.repetition_window;
  read.seed = options.seed;
  for (int64_t i = 0; i < options.bias_count; ++i) {
    read.logit_bias.emplace_back(options.bias_tokens[i], options.bias_values[i]);
  }
  TRY(check_sampling(read, vocab));
  return read;
}

Result<Request> read_decode_options(const capy_decode_options* given, const Engine& engine) {
  const auto options = TRY(read_struct(given, sizeof(capy_decode_options), "capy_decode_options"));
  if (options.max_tokens < 0) return out_of_range("max_tokens", options.max_tokens);
  Request request;
  request.sampling = TRY(read_sampling_options(options.sampling, engine.vocab()));
  request.max_tokens = options.max_tokens > 0 ? options.max_tokens : -1;
  TRY(read_stop_strings(options, request));
  TRY(check_array(options.stop_tokens, options.stop_token_count, engine.vocab(), "stop_tokens"));
  if (options.stop_token_count > 0) {
    request.stop_tokens.assign(options.stop_tokens, options.stop_tokens + options.stop_token_count);
  }
  request.ignore_eos = TRY(read_flag(options.ignore_eos, "ignore_eos"));
  return request;
}

}  // namespace capy::capi
