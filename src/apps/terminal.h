// SPDX-License-Identifier: Apache-2.0
// What the standard streams are connected to, and colours. Colours only on a terminal, not under NO_COLOR or TERM=dumb.
#pragma once

#include <string>
#include <string_view>

namespace capy {

enum class Stream { kInput, kOutput, kError };

bool is_terminal(Stream stream);
int terminal_columns();  // of stderr or stdout; 80 where nobody tells

// Without the control characters by which a text from elsewhere (a model, a file's names) could steer the terminal:
// they become '?'. Line breaks and tabs stay.
std::string harmless(std::string_view text);

// Characters are UTF-8 wherever we run, whatever the locale says: for libraries that count columns.
void use_utf8_locale();

// While one lives, what is typed is not shown: it would stand in the middle of the answer. It is there for the next
// prompt.
class QuietInput {
 public:
  QuietInput();
  ~QuietInput() { show_input_again(); }
  QuietInput(const QuietInput&) = delete;
  QuietInput& operator=(const QuietInput&) = delete;

  // For a signal handler that ends the program.
  static void show_input_again();
};

enum class Style { kPlain, kDim, kBold, kAccent };

bool shows_colours(Stream stream);

// The control sequence that begins (ends) a style on that stream; empty where colours are not shown.
std::string_view begin_style(Style style, Stream stream);
std::string_view end_style(Style style, Stream stream);
std::string styled(std::string_view text, Style style, Stream stream);

}  // namespace capy
