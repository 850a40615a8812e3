// SPDX-License-Identifier: Apache-2.0
// The tokenizer and the chat template that come with a checkpoint, from a GGUF's metadata or a directory's files.
// Inside the engine room: text/ knows nothing of checkpoints.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "formats/checkpoint.h"
#include "text/chat_template.h"
#include "text/tokenizer.h"

namespace capy {

// Nothing where the checkpoint has no tokenizer; an error where it has one that cannot be used. Tables of a large one
// are kept in the cache (formats/packed_cache.h; "": none): 10 ms instead of 300 for 248,077 tokens.
Result<std::optional<Tokenizer>> open_tokenizer(const Checkpoint& checkpoint, const std::string& cache_directory = "");
// What it is made of, in a GGUF file; views into the checkpoint's metadata. kUnsupported where it has none.
Result<Vocabulary> gguf_vocabulary(const Checkpoint& checkpoint);

Result<std::optional<std::string>> chat_template_text(const Checkpoint& checkpoint);
Result<std::optional<ChatTemplate>> open_chat_template(const Checkpoint& checkpoint);

// What the template is told besides the messages: the names of the tokenizer's special tokens, and whether to think.
TemplateOptions template_options(const Tokenizer* tokenizer, std::optional<bool> think);

}  // namespace capy
