// SPDX-License-Identifier: Apache-2.0
#include "text/vocabulary.h"

namespace capy {

std::optional<MergeText> MergeText::from_line(std::string_view line) {
  const size_t space = line.find(' ', 1);
  if (line.empty() || space == std::string_view::npos || space + 1 == line.size()) return std::nullopt;
  return MergeText{line.substr(0, space), line.substr(space + 1)};
}

}  // namespace capy
