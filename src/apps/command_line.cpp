// SPDX-License-Identifier: Apache-2.0
#include "apps/command_line.h"

#include <charconv>

#include "apps/streams.h"
#include "base/concat.h"

namespace capy {

CommandLine::CommandLine(const std::string& name, const std::string& purpose, const std::string& examples)
    : CLI::App(purpose, name) {
  get_formatter()->column_width(34);
  get_formatter()->label("REQUIRED", "(needed)");
  get_formatter()->label("TEXT", "");
  get_formatter()->label("Positionals", "Arguments");
  set_help_flag("-h,--help", "print this help and end");
  footer(concat("\nExamples:\n", examples));
}

CLI::Option* CommandLine::add_repeatable(const std::string& names, std::vector<std::string>& values,
                                         const std::string& purpose) {
  return add_option(names, values, purpose)->allow_extra_args(false)->take_all();
}

CLI::Option* CommandLine::add_on_off(const std::string& name, std::optional<bool>& value, const std::string& purpose) {
  const auto read_word = [&value](const std::string& word) { value = word == "on"; };
  return add_option_function<std::string>(name, read_word, purpose)
      ->check(CLI::IsMember({"on", "off"}, CLI::ignore_case))
      ->type_name("on|off");
}

Result<std::optional<int>> CommandLine::read(int argc, const char* const* argv) {
  try {
    parse(argc, argv);
    return std::optional<int>();
  } catch (const CLI::CallForHelp&) {
    TRY(write_output(help()));
    return std::optional<int>(0);
  } catch (const CLI::ParseError& wrong) {
    return Error{ErrorCode::kUsage, concat(wrong.what(), " (see ", get_name(), " --help)")};
  }
}

Result<std::vector<int32_t>> parse_token_ids(std::string_view text, std::string_view what) {
  static constexpr std::string_view kSeparators = ", \t\r\n";
  const auto begins = text.find_first_not_of(kSeparators);
  if (begins != std::string_view::npos && text[begins] == '[') {
    const auto ends = text.find_last_not_of(kSeparators);
    if (text[ends] != ']') return Error{ErrorCode::kUsage, concat(what, ": '[' without ']' at the end")};
    text = text.substr(begins + 1, ends - begins - 1);
  }
  std::vector<int32_t> ids;
  for (size_t at = text.find_first_not_of(kSeparators); at != std::string_view::npos;
       at = text.find_first_not_of(kSeparators, at)) {
    const size_t end = std::min(text.find_first_of(kSeparators, at), text.size());
    int32_t id = 0;
    const auto read = std::from_chars(text.data() + at, text.data() + end, id);
    if (read.ec != std::errc() || read.ptr != text.data() + end || id < 0) {
      return Error{ErrorCode::kUsage, concat(what, ": '", text.substr(at, std::min<size_t>(end - at, 40)),
                                             "' is not a token id (a whole number from 0 on)")};
    }
    ids.push_back(id);
    at = end;
  }
  return ids;
}

}  // namespace capy
