// SPDX-License-Identifier: Apache-2.0
// Text in HTML and SVG.
#pragma once

#include <string>
#include <string_view>

namespace capy {

// For content and for attributes in double quotes. Bytes that are not UTF-8, and control characters that XML does not
// know, become U+FFFD.
std::string html_escape(std::string_view text);

}  // namespace capy
