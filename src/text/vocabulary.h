// SPDX-License-Identifier: Apache-2.0
// What a tokenizer is made of, as files state it: the tokens, the merges, and the rules around them. A GGUF file holds
// exactly this under `tokenizer.ggml.*`; directories are read into the same (tokenizer_files.cpp).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "text/pre_tokenizer.h"

namespace capy {

// A file beyond these is refused by name. Real vocabularies: 262,144 tokens, tokens of 1,000 bytes, 20 MB of JSON.
struct TokenizerLimits {
  int64_t tokens_max = int64_t{4} << 20;
  int64_t id_gap_max = int64_t{64} << 10;  // ids without a token in a row: a small file may not ask for much memory
  int64_t merges_max = int64_t{8} << 20;
  int64_t token_bytes_max = int64_t{64} << 10;
  int64_t vocabulary_bytes_max = int64_t{256} << 20;
  int64_t added_token_bytes_max = 4096;  // these are compared at every position of a text
  int64_t file_bytes_max = int64_t{256} << 20;
};

// The numbers are those of GGUF's `tokenizer.ggml.token_type`.
enum class TokenType : int32_t {
  kNormal = 1,
  kUnknown = 2,      // stands for what the vocabulary cannot write
  kControl = 3,      // structure, not text: <|im_start|>
  kUserDefined = 4,  // written literally, kept when special tokens are skipped: <think>
  kUnused = 5,       // padding of the embedding matrix: never encoded, decodes to nothing
  kByte = 6,         // <0x0A>: one byte, in SentencePiece vocabularies
};

// Two tokens that become one. A line of merges.txt or of `tokenizer.ggml.merges` is "left right".
struct MergeText {
  std::string_view left;
  std::string_view right;
  bool operator==(const MergeText&) const = default;

  // Cuts at the first space behind the first character; nothing where there is none.
  static std::optional<MergeText> from_line(std::string_view line);
};

// A token that is found in a text before anything else happens to it.
struct AddedToken {
  int32_t id = 0;
  bool strip_left = false;   // takes the white space before it with it
  bool strip_right = false;  // and behind it
  bool normalized = false;   // looked for in the normalised text, after the others
};

// Views must stay valid until Tokenizer::from_vocabulary has returned.
struct Vocabulary {
  // An empty vocabulary with the rules that GGUF files leave to the reader: `model` is tokenizer.ggml.model, `pre` is
  // tokenizer.ggml.pre ("" if missing). The caller adds tokens, token_type, scores, merges and ids, and sets add_bos,
  // add_eos and the space prefix where the file has add_bos_token, add_eos_token and add_space_prefix.
  // kUnsupported names a model or pre-tokeniser that is not known.
  static Result<Vocabulary> for_gguf(std::string_view model, std::string_view pre);

  enum class Model {
    kByteLevelBpe,      // GGUF model "gpt2": tokens written in the printable byte alphabet
    kSentencePieceBpe,  // GGUF model "llama": tokens in UTF-8, U+2581 for the space, <0xNN> for the other bytes
  };
  Model model = Model::kByteLevelBpe;

  std::vector<std::string_view> tokens;  // the index is the id
  std::vector<int64_t> types;            // TokenType; empty: all normal
  std::vector<float> scores;             // SentencePiece without merges: the highest joins first
  std::vector<MergeText> merges;         // the first joins first
  std::vector<AddedToken> added;         // empty: all unknown, control and user-defined tokens

  PreTokenizer pre_tokenizer = PreTokenizer::kGpt2;  // byte-level only
  bool nfc = false;
  bool ignore_merges = false;  // a piece that is a token becomes that token, whatever the merges say (Llama 3)

  // SentencePiece: where a space is put before the text. Added tokens cut a text into stretches.
  enum class SpacePrefix { kNever, kEveryStretch, kFirstStretch };
  SpacePrefix space_prefix = SpacePrefix::kNever;
  bool space_prefix_once = false;  // not where there is a space already

  // A character that has neither token nor byte tokens: this token, once for several in a row; -1: it is left out.
  int32_t unknown = -1;  // SentencePiece only

  bool add_bos = false;
  bool add_eos = false;
  int32_t bos = -1;  // -1: none
  int32_t eos = -1;
  std::vector<int32_t> stops;  // further tokens that end an answer (GGUF: eot, eom; generation_config.json: eos list)

  // Of a checked vocabulary (types.size() is 0 or tokens.size()).
  TokenType type(size_t id) const { return types.empty() ? TokenType::kNormal : static_cast<TokenType>(types[id]); }
};

}  // namespace capy
