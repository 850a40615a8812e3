// SPDX-License-Identifier: Apache-2.0
// CLI11's exceptions stop here, and its defaults that do not suit us are set here.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace capy {

// A command's parser: `name` as it is typed ("capy show"), what it does, and examples for the end of its --help.
class CommandLine : public CLI::App {
 public:
  CommandLine(const std::string& name, const std::string& purpose, const std::string& examples);

  // An option that may be given again and again, one value each time. (CLI11 would let it swallow the values that
  // follow and split "[1,2]" at commas.)
  CLI::Option* add_repeatable(const std::string& names, std::vector<std::string>& values, const std::string& purpose);

  // --name on|off
  CLI::Option* add_on_off(const std::string& name, std::optional<bool>& value, const std::string& purpose);

  // Fills the variables. The answer is an exit code when nothing is left to do (--help was printed); kUsage otherwise
  // says what is wrong with the line.
  Result<std::optional<int>> read(int argc, const char* const* argv);
};

// For options that take a whole number.
CLI::Validator in_range(int64_t min, int64_t max);
// A name that a shell made of an unset variable is refused.
CLI::Validator not_empty();

// "12,5,7" (spaces and line breaks are fine too, and the brackets of a JSON array). kUsage names what is not an id.
Result<std::vector<int32_t>> parse_token_ids(std::string_view text, std::string_view what);

}  // namespace capy
