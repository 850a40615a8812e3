// SPDX-License-Identifier: Apache-2.0
// Commands with parts: capy data build, capy data show ...
#include <string>
#include <string_view>

#include "apps/command.h"
#include "apps/streams.h"
#include "base/concat.h"

namespace capy {

Result<int> start_part(std::string_view command, std::string_view purpose, std::string_view examples,
                       std::span<const Command> parts, int argc, const char* const* argv) {
  const std::string_view wanted = argc > 1 ? argv[1] : "";
  for (const Command& part : parts) {
    if (wanted == part.name) return part.start(argc - 1, argv + 1);
  }
  if (wanted == "--help" || wanted == "-h") {
    std::string text = concat(purpose, "\n\nUsage: capy ", command, " PART [OPTIONS]\n\nParts:\n");
    for (const Command& part : parts) {
      const std::string_view name = part.name;
      text += concat("  ", name, std::string(14 - name.size(), ' '), part.summary, "\n");
    }
    text += concat("\n`capy ", command, " PART --help` tells a part's options\n\nExamples:\n", examples);
    TRY(write_output(text));
    return 0;
  }
  std::string names;
  for (const Command& part : parts) names += concat(names.empty() ? "" : " or ", part.name);
  return Error{ErrorCode::kUsage,
               wanted.empty() ? concat("capy ", command, " needs a part: ", names, " (capy ", command, " --help)")
                              : concat("capy ", command, " has no part '", wanted.substr(0, 40), "'; it has ", names)};
}

}  // namespace capy
