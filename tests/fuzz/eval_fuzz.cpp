// SPDX-License-Identifier: Apache-2.0
// Files of questions: any bytes are items that can be asked, or an error with a message.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "evaluate/eval_items.h"

namespace {

template <class Items>
bool is_told(const capy::Result<Items>& items) {
  return items.ok() ? !items.value().empty() : !items.error().message.empty();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const capy::ItemLimits limits{1000, 10};
  const auto pairs = capy::parse_pairs(text, "file", limits);
  const auto choices = capy::parse_choices(text, "file", limits);
  const auto exact = capy::parse_exact(text, "file", limits);
  if (!is_told(pairs) || !is_told(choices) || !is_told(exact)) std::abort();
  if (choices.ok()) {
    for (const capy::ChoiceItem& item : choices.value()) {
      if (item.answer >= item.choices.size()) std::abort();
      for (size_t i = 0; i < item.choices.size(); ++i) {
        if (item.continuation(i).empty()) std::abort();
      }
    }
  }
  if (exact.ok()) {
    for (const capy::ExactItem& item : exact.value()) {
      if (item.answers.empty() || (item.prompt.empty() && !item.messages().is_array())) std::abort();
    }
  }
  return 0;
}
