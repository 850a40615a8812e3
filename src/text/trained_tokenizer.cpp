// SPDX-License-Identifier: Apache-2.0
#include "text/trained_tokenizer.h"

#include <algorithm>

#include "base/check.h"
#include "base/concat.h"
#include "base/utf8.h"
#include "text/byte_alphabet.h"
#include "text/tokenizer_writer.h"
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

TrainedTokenizer::TrainedTokenizer(const TrainedBpe& trained, std::span<const SpecialToken> special,
                                   PreTokenizer pre_tokenizer) {
  texts_.reserve(trained.tokens.size());  // views point into it
  for (const std::string& token : trained.tokens) vocabulary_.tokens.push_back(texts_.emplace_back(written(token)));
  vocabulary_.types.assign(trained.tokens.size(), static_cast<int64_t>(TokenType::kNormal));
  for (const TrainedBpe::Merge& merge : trained.merges) {
    vocabulary_.merges.push_back(
        {vocabulary_.tokens[static_cast<size_t>(merge.left)], vocabulary_.tokens[static_cast<size_t>(merge.right)]});
  }
  specials_.assign(special.begin(), special.end());
  for (const SpecialToken& token : specials_) {
    const auto id = static_cast<int32_t>(vocabulary_.tokens.size());
    vocabulary_.tokens.push_back(token.text);
    vocabulary_.types.push_back(static_cast<int64_t>(token.is_control ? TokenType::kControl : TokenType::kUserDefined));
    vocabulary_.added.push_back({.id = id});
    if (token.text == kEndOfTurn) vocabulary_.eos = id;
    if (token.text == kEndOfText && !has(special, kEndOfTurn)) vocabulary_.eos = id;
  }
  vocabulary_.pre_tokenizer = pre_tokenizer;
  vocabulary_.nfc = pre_tokenizer_implies_nfc(pre_tokenizer);
}

std::string TrainedTokenizer::json() const {
  Result<std::string> text = tokenizer_json(vocabulary_);
  CHECK(text.ok());  // every pre-tokeniser that is trained with has a form
  return std::move(text).take();
}

}  // namespace capy
