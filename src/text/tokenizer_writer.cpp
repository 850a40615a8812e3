// SPDX-License-Identifier: Apache-2.0
#include "text/tokenizer_writer.h"

#include <algorithm>

#include "base/check.h"
#include "base/concat.h"
#include "base/json.h"
#include "base/utf8.h"
#include "text/byte_alphabet.h"
#include "text/split_regex.h"
#include "text/vocabulary.h"

namespace capy {
namespace {

constexpr std::string_view kEndOfText = "<|endoftext|>";
constexpr std::string_view kEndOfTurn = "<|im_end|>";

std::string written(std::string_view bytes) {
  std::string text;
  append_alphabet_written(text, bytes);
  return text;
}

void write_byte_level(JsonWriter& json) {
  json.begin_object();
  json.member("type", "ByteLevel");
  json.member("add_prefix_space", false);
  json.member("trim_offsets", false);
  json.member("use_regex", false);
  json.end_object();
}

void write_added_tokens(JsonWriter& json, std::span<const SpecialToken> special, size_t first_id) {
  json.begin_array();
  for (size_t i = 0; i < special.size(); ++i) {
    json.begin_object();
    json.member("id", static_cast<int64_t>(first_id + i));
    json.member("content", special[i].text);
    for (const char* flag : {"single_word", "lstrip", "rstrip", "normalized"}) json.member(flag, false);
    json.member("special", special[i].is_control);
    json.end_object();
  }
  json.end_array();
}

void write_pre_tokenizer(JsonWriter& json, std::string_view regex) {
  json.begin_object();
  json.member("type", "Sequence");
  json.key("pretokenizers");
  json.begin_array();
  json.begin_object();
  json.member("type", "Split");
  json.key("pattern");
  json.begin_object();
  json.member("Regex", regex);
  json.end_object();
  json.member("behavior", "Isolated");
  json.member("invert", false);
  json.end_object();
  write_byte_level(json);
  json.end_array();
  json.end_object();
}

void write_model(JsonWriter& json, const TrainedBpe& trained) {
  json.begin_object();
  json.member("type", "BPE");
  for (const char* name : {"dropout", "unk_token"}) {
    json.key(name);
    json.null();
  }
  for (const char* name : {"continuing_subword_prefix", "end_of_word_suffix"}) json.member(name, "");
  for (const char* name : {"fuse_unk", "byte_fallback", "ignore_merges"}) json.member(name, false);
  json.key("vocab");
  json.begin_object();
  for (size_t id = 0; id < trained.tokens.size(); ++id) {
    json.member(written(trained.tokens[id]), static_cast<int64_t>(id));
  }
  json.end_object();
  json.key("merges");
  json.begin_array();
  for (const TrainedBpe::Merge& merge : trained.merges) {
    json.begin_array();
    json.value(written(trained.tokens[static_cast<size_t>(merge.left)]));
    json.value(written(trained.tokens[static_cast<size_t>(merge.right)]));
    json.end_array();
  }
  json.end_array();
  json.end_object();
}

bool has(std::span<const SpecialToken> special, std::string_view text) {
  return std::any_of(special.begin(), special.end(), [&](const SpecialToken& token) { return token.text == text; });
}

}  // namespace

std::span<const SpecialToken> qwen35_special_tokens() {
  static const std::vector<SpecialToken> tokens = {
      {"<|endoftext|>"},
      {"<|im_start|>"},
      {"<|im_end|>"},
      {"<|object_ref_start|>"},
      {"<|object_ref_end|>"},
      {"<|box_start|>"},
      {"<|box_end|>"},
      {"<|quad_start|>"},
      {"<|quad_end|>"},
      {"<|vision_start|>"},
      {"<|vision_end|>"},
      {"<|vision_pad|>"},
      {"<|image_pad|>"},
      {"<|video_pad|>"},
      {"<tool_call>", false},
      {"</tool_call>", false},
      {"<|fim_prefix|>", false},
      {"<|fim_middle|>", false},
      {"<|fim_suffix|>", false},
      {"<|fim_pad|>", false},
      {"<|repo_name|>", false},
      {"<|file_sep|>", false},
      {"<tool_response>", false},
      {"</tool_response>", false},
      {"<think>", false},
      {"</think>", false},
      {"<|audio_start|>"},
      {"<|audio_end|>"},
      {"<tts_pad>"},
      {"<tts_text_bos>"},
      {"<tts_text_eod>"},
      {"<tts_text_bos_single>"},
      {"<|audio_pad|>"},
  };
  return tokens;
}

std::span<const SpecialToken> chat_special_tokens() {
  static const std::vector<SpecialToken> tokens = {
      {"<|endoftext|>"},           {"<|im_start|>"},        {"<|im_end|>"},
      {"<tool_call>", false},      {"</tool_call>", false}, {"<tool_response>", false},
      {"</tool_response>", false}, {"<think>", false},      {"</think>", false},
  };
  return tokens;
}

Result<std::vector<SpecialToken>> parse_special_tokens(std::string_view lines, std::string_view name) {
  std::vector<SpecialToken> tokens;
  for (int64_t number = 1; !lines.empty(); ++number) {
    const size_t end = std::min(lines.find('\n'), lines.size());
    std::string_view line = lines.substr(0, end);
    lines.remove_prefix(std::min(end + 1, lines.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    const auto bytes_max = static_cast<size_t>(TokenizerLimits{}.added_token_bytes_max);
    if (line.empty() || line.size() > bytes_max || has(tokens, line)) {
      return Error{ErrorCode::kInvalid, concat(name, ": line ", number, " is empty, a repetition or longer than ",
                                               bytes_max, " bytes; write one token a line")};
    }
    for (size_t at = 0; at < line.size();) {
      const size_t bytes = utf8_sequence_bytes(line.substr(at));
      if (bytes == 0) return Error{ErrorCode::kInvalid, concat(name, ": line ", number, " is not UTF-8")};
      at += bytes;
    }
    tokens.push_back({std::string(line), line.starts_with("<|") && line.ends_with("|>")});
  }
  return tokens;
}

std::string tokenizer_json(const TrainedBpe& trained, std::span<const SpecialToken> special,
                           PreTokenizer pre_tokenizer) {
  const auto regex = pre_tokenizer_regex(pre_tokenizer);
  CHECK(regex.has_value());
  JsonWriter json;
  json.begin_object();
  json.member("version", "1.0");
  for (const char* name : {"truncation", "padding"}) {
    json.key(name);
    json.null();
  }
  json.key("added_tokens");
  write_added_tokens(json, special, trained.tokens.size());
  json.key("normalizer");
  if (pre_tokenizer_implies_nfc(pre_tokenizer)) {
    json.begin_object();
    json.member("type", "NFC");
    json.end_object();
  } else {
    json.null();
  }
  json.key("pre_tokenizer");
  write_pre_tokenizer(json, *regex);
  for (const char* name : {"post_processor", "decoder"}) {
    json.key(name);
    write_byte_level(json);
  }
  json.key("model");
  write_model(json, trained);
  json.end_object();
  return json.text() + "\n";
}

std::string tokenizer_config_json(std::span<const SpecialToken> special,
                                  const std::optional<std::string>& chat_template) {
  JsonWriter json;
  json.begin_object();
  json.member("tokenizer_class", "PreTrainedTokenizerFast");
  json.member("add_bos_token", false);
  json.member("clean_up_tokenization_spaces", false);
  const bool has_end = has(special, kEndOfText);
  if (has(special, kEndOfTurn)) {
    json.member("eos_token", kEndOfTurn);
  } else if (has_end) {
    json.member("eos_token", kEndOfText);
  }
  if (has_end) json.member("pad_token", kEndOfText);
  if (chat_template) json.member("chat_template", *chat_template);
  json.end_object();
  return json.text() + "\n";
}

}  // namespace capy
