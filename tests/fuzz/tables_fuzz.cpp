// SPDX-License-Identifier: Apache-2.0
// Any bytes as a tokenizer's tables: an error, or a tokenizer that encodes and decodes without harm.
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

#include "text/tokenizer.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const size_t words = size / 8;
  const std::shared_ptr<uint64_t[]> copy(new uint64_t[words]);
  std::memcpy(copy.get(), data, words * 8);
  const auto made = capy::Tokenizer::from_tables(std::as_bytes(std::span(copy.get(), words)), copy);
  if (!made.ok()) {
    if (made.error().message.empty()) std::abort();
    return 0;
  }
  const capy::Tokenizer& tokenizer = made.value();
  for (const std::string_view text : {"the cat <|im_start|>1 ",
                                      "\xff\xc3\xa9"
                                      "e\xcc\x81\n\n  x"}) {
    std::vector<int32_t> ids;
    tokenizer.encode_with_special(text, ids);
    for (const int32_t id : ids) {
      if (id < 0 || id >= tokenizer.token_count()) std::abort();
    }
    (void)tokenizer.decode(ids);
  }
  return 0;
}
