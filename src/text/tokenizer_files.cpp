// SPDX-License-Identifier: Apache-2.0
#include "base/concat.h"
#include "text/tokenizer.h"

namespace capy {

Result<Tokenizer> Tokenizer::open_directory(std::string_view directory, const TokenizerLimits&) {
  return Error{ErrorCode::kUnsupported, concat(directory, ": tokenizers of directories are not read yet")};
}

}  // namespace capy
