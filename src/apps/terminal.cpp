// SPDX-License-Identifier: Apache-2.0
#include "apps/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>

#include "base/concat.h"

namespace capy {
namespace {

int descriptor_of(Stream stream) {
  switch (stream) {
    case Stream::kInput: return STDIN_FILENO;
    case Stream::kOutput: return STDOUT_FILENO;
    case Stream::kError: return STDERR_FILENO;
  }
  return STDERR_FILENO;
}

bool colours_wanted() {
  const char* no_colour = std::getenv("NO_COLOR");
  const char* term = std::getenv("TERM");
  const bool refused = no_colour != nullptr && *no_colour != '\0';
  return !refused && term != nullptr && *term != '\0' && std::string_view(term) != "dumb";
}

}  // namespace

bool is_terminal(Stream stream) { return ::isatty(descriptor_of(stream)) == 1; }

int terminal_columns() {
  for (const int descriptor : {STDERR_FILENO, STDOUT_FILENO}) {
    struct winsize size = {};
    if (::ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  }
  return 80;
}

bool shows_colours(Stream stream) { return is_terminal(stream) && colours_wanted(); }

std::string_view begin_style(Style style, Stream stream) {
  if (style == Style::kPlain || !shows_colours(stream)) return "";
  switch (style) {
    case Style::kDim: return "\x1b[2m";
    case Style::kBold: return "\x1b[1m";
    case Style::kAccent: return "\x1b[36m";
    case Style::kPlain: break;
  }
  return "";
}

std::string_view end_style(Style style, Stream stream) {
  return style == Style::kPlain || !shows_colours(stream) ? "" : "\x1b[0m";
}

std::string styled(std::string_view text, Style style, Stream stream) {
  return concat(begin_style(style, stream), text, end_style(style, stream));
}

}  // namespace capy
