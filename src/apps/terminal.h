// SPDX-License-Identifier: Apache-2.0
// What the standard streams are connected to, and colours. Colours only on a terminal, not under NO_COLOR or TERM=dumb.
#pragma once

#include <string>
#include <string_view>

namespace capy {

enum class Stream { kInput, kOutput, kError };

bool is_terminal(Stream stream);
int terminal_columns();  // of stderr or stdout; 80 where nobody tells

enum class Style { kPlain, kDim, kBold, kAccent };

bool shows_colours(Stream stream);

// The control sequence that begins (ends) a style on that stream; empty where colours are not shown.
std::string_view begin_style(Style style, Stream stream);
std::string_view end_style(Style style, Stream stream);
std::string styled(std::string_view text, Style style, Stream stream);

}  // namespace capy
