// SPDX-License-Identifier: Apache-2.0
// config.json: any bytes are a configuration that check_config accepts, or an error with a message. What is accepted
// must be safe to compute with: the rope tables and layer counts are taken from it here as the loader would.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/json.h"
#include "model/config.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const capy::Result<capy::JsonDocument> document = capy::JsonDocument::parse(text, "config.json");
  if (!document.ok()) {
    if (document.error().message.empty()) std::abort();
    return 0;
  }
  const capy::Result<capy::ModelConfig> config = capy::read_hugging_face_config(document.value().root());
  if (!config.ok()) {
    if (config.error().message.empty()) std::abort();
    return 0;
  }
  const capy::ModelConfig& c = config.value();
  if (c.layers != c.full_layers() + c.linear_layers()) std::abort();
  if (capy::inverse_frequencies(c.rope).size() != static_cast<size_t>(c.rope.dims / 2)) std::abort();
  (void)capy::rope_amplitude(c.rope);
  for (int64_t head = 0; head < c.value_heads && c.linear_layers() > 0; ++head) {
    if (c.key_head_of(head) < 0 || c.key_head_of(head) >= c.key_heads) std::abort();
  }
  return 0;
}
