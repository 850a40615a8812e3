// SPDX-License-Identifier: Apache-2.0
#include "apps/html.h"

#include "base/utf8.h"

namespace capy {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

std::string_view escaped_byte(char c) {
  switch (c) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '"': return "&quot;";
    case '\'': return "&#39;";
    default: return {};
  }
}

bool is_control(char c) { return (c >= 0 && c < ' ' && c != '\n' && c != '\t') || c == '\x7f'; }

}  // namespace

std::string html_escape(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const size_t bytes = utf8_sequence_bytes(text);
    const std::string_view escaped = escaped_byte(text[0]);
    if (bytes == 0 || is_control(text[0])) {
      out += kReplacement;
    } else {
      out += escaped.empty() ? text.substr(0, bytes) : escaped;
    }
    text.remove_prefix(bytes == 0 ? 1 : bytes);
  }
  return out;
}

}  // namespace capy
