// SPDX-License-Identifier: Apache-2.0
// Messages for people, on stderr, one line each: "capy: warning: ...". Results never come this way.
#pragma once

#include <string_view>

namespace capy {

enum class LogLevel { kError, kWarning, kInfo, kDebug };

// Messages above this level are dropped. Default kInfo. Safe to call from several threads.
void set_log_level(LogLevel level);

void log_error(std::string_view message);
void log_warning(std::string_view message);
void log_info(std::string_view message);
void log_debug(std::string_view message);

}  // namespace capy
