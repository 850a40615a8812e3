// SPDX-License-Identifier: Apache-2.0
#include "apps/watch_config.h"

namespace capy {
namespace {

constexpr int64_t kStepsMax = int64_t{1} << 40;

}  // namespace

Status read_watch_config(SettingReader& reader, const std::string& directory, int64_t checkpoint_steps,
                         WatchConfig& config) {
  if (const Setting* const setting = reader.take("held_out")) {
    if (setting->kind != Setting::Kind::kString || setting->text.empty()) return setting->must_be("a path in quotes");
    config.held_out = setting->path(directory);
  }
  config.held_out_steps = checkpoint_steps;
  config.sample_steps = checkpoint_steps;
  TRY(reader.read("held_out_steps", config.held_out_steps, 1, kStepsMax));
  TRY(reader.read("held_out_tokens", config.held_out_tokens, 1, kStepsMax));
  TRY(reader.read("sample_prompts", config.sample_prompts, WatchConfig::kPromptsMax));
  TRY(reader.read("sample_steps", config.sample_steps, 1, kStepsMax));
  return reader.read("sample_text_tokens", config.sample_text_tokens, 1, 4096);
}

}  // namespace capy
