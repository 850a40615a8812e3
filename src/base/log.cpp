// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"

#include <atomic>
#include <cstdio>

#include "base/concat.h"

namespace capy {
namespace {

std::atomic<LogLevel> g_level{LogLevel::kInfo};

void write_line(LogLevel level, std::string_view prefix, std::string_view message) {
  if (level > g_level.load(std::memory_order_relaxed)) return;
  // One write for one line, so that threads do not mix their messages.
  const std::string line = concat("capy: ", prefix, message, "\n");
  std::fwrite(line.data(), 1, line.size(), stderr);
}

}  // namespace

void set_log_level(LogLevel level) { g_level.store(level, std::memory_order_relaxed); }
void log_error(std::string_view message) { write_line(LogLevel::kError, "error: ", message); }
void log_warning(std::string_view message) { write_line(LogLevel::kWarning, "warning: ", message); }
void log_info(std::string_view message) { write_line(LogLevel::kInfo, "", message); }
void log_debug(std::string_view message) { write_line(LogLevel::kDebug, "debug: ", message); }

}  // namespace capy
