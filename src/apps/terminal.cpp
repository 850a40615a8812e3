// SPDX-License-Identifier: Apache-2.0
#include "apps/terminal.h"

#include <langinfo.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <clocale>
#include <csignal>
#include <cstdlib>
#include <cstring>

#include "base/concat.h"

namespace capy {
namespace {

// Process-wide, as the terminal is; read by a signal handler.
struct termios g_loud = {};
volatile std::sig_atomic_t g_input_is_quiet = 0;

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

std::string harmless(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    // U+0080 to U+009F are controls too: 0xC2 and one byte.
    const bool c1 = byte == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0;
    const bool control = (byte < 0x20 && byte != '\n' && byte != '\t') || byte == 0x7f || c1;
    out += control ? '?' : text[i];
    if (c1) ++i;
  }
  return out;
}

void use_utf8_locale() {
  std::setlocale(LC_CTYPE, "");
  if (std::strcmp(::nl_langinfo(CODESET), "UTF-8") != 0) std::setlocale(LC_CTYPE, "C.UTF-8");
}

QuietInput::QuietInput() {
  if (g_input_is_quiet || ::tcgetattr(STDIN_FILENO, &g_loud) != 0) return;
  struct termios quiet = g_loud;
  quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
  g_input_is_quiet = 1;
  ::tcsetattr(STDIN_FILENO, TCSANOW, &quiet);
}

void QuietInput::show_input_again() {
  if (g_input_is_quiet == 0) return;
  g_input_is_quiet = 0;
  ::tcsetattr(STDIN_FILENO, TCSANOW, &g_loud);
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
