// SPDX-License-Identifier: Apache-2.0
#include "text/vocabulary.h"

#include "base/concat.h"

namespace capy {

std::optional<MergeText> MergeText::from_line(std::string_view line) {
  const size_t space = line.find(' ', 1);
  if (line.empty() || space == std::string_view::npos || space + 1 == line.size()) return std::nullopt;
  return MergeText{line.substr(0, space), line.substr(space + 1)};
}

Result<Vocabulary> Vocabulary::for_gguf(std::string_view model_name, std::string_view pre) {
  Vocabulary vocabulary;
  if (model_name == "llama") {
    vocabulary.model = Model::kSentencePieceBpe;
    vocabulary.space_prefix = SpacePrefix::kEveryStretch;
    vocabulary.add_bos = true;
    return vocabulary;
  }
  if (model_name != "gpt2") {
    return Error{ErrorCode::kUnsupported, concat("tokenizer model \"", model_name, "\"; capy knows gpt2 and llama")};
  }
  const auto found = pre_tokenizer_by_gguf_name(pre.empty() ? "default" : pre);
  if (!found) return Error{ErrorCode::kUnsupported, concat("pre-tokeniser \"", pre, "\" is not known to capy")};
  vocabulary.pre_tokenizer = *found;
  vocabulary.nfc = pre_tokenizer_implies_nfc(*found);
  vocabulary.ignore_merges = *found == PreTokenizer::kLlama3;
  vocabulary.add_bos = *found == PreTokenizer::kLlama3;
  return vocabulary;
}

}  // namespace capy
