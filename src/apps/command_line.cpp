// SPDX-License-Identifier: Apache-2.0
#include "apps/command_line.h"

#include <charconv>

#include "apps/streams.h"
#include "base/concat.h"

namespace capy {
namespace {

constexpr size_t kNameColumn = 30;
constexpr size_t kHelpWidth = 100;

// Options with their purpose beside them, wrapped at words. (CLI11's own lines are as long as their texts.)
class HelpFormatter : public CLI::Formatter {
 public:
  std::string make_option(const CLI::Option* option, bool is_positional) const override {
    std::string line = concat("  ", make_option_name(option, is_positional), make_option_opts(option));
    line += std::string(line.size() + 1 < kNameColumn ? kNameColumn - line.size() : 2, ' ');
    std::string text;
    std::string_view rest = option->get_description();
    while (!rest.empty()) {
      const size_t end = std::min(rest.find(' '), rest.size());
      if (line.size() + end > kHelpWidth) {
        text += concat(line.substr(0, line.find_last_not_of(' ') + 1), "\n");
        line = std::string(kNameColumn, ' ');
      }
      line += concat(rest.substr(0, end), " ");
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return concat(text, line.substr(0, line.find_last_not_of(' ') + 1), "\n");
  }

  std::string make_option_opts(const CLI::Option* option) const override {
    const std::string value = option->get_type_name();
    return value.empty() ? "" : " " + value;
  }
};

}  // namespace

CommandLine::CommandLine(const std::string& name, const std::string& purpose, const std::string& examples)
    : CLI::App(purpose + "\n", name) {
  formatter(std::make_shared<HelpFormatter>());
  get_formatter()->label("Positionals", "Arguments");
  set_help_flag("-h,--help", "print this help and end");
  footer(concat("Examples:\n", examples));
}

CLI::Option* CommandLine::add_repeatable(const std::string& names, std::vector<std::string>& values,
                                         const std::string& purpose) {
  return add_option(names, values, purpose)->allow_extra_args(false)->take_all();
}

CLI::Option* CommandLine::add_on_off(const std::string& name, std::optional<bool>& value, const std::string& purpose) {
  const auto read_word = [&value](const std::string& word) { value = word == "on"; };
  const auto is_word = [](const std::string& word) {
    return word == "on" || word == "off" ? std::string() : concat("'", word.substr(0, 40), "' is not on or off");
  };
  return add_option_function<std::string>(name, read_word, purpose)
      ->check(CLI::Validator(is_word, ""))
      ->type_name("on|off");
}

CLI::Validator in_range(int64_t min, int64_t max) {
  const auto check = [min, max](const std::string& text) {
    int64_t value = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool good = read.ec == std::errc() && read.ptr == text.data() + text.size() && value >= min && value <= max;
    return good ? std::string() : concat("'", text.substr(0, 40), "' is not a whole number from ", min, " to ", max);
  };
  return CLI::Validator(check, "");
}

CLI::Validator not_empty() {
  const auto check = [](const std::string& name) { return std::string(name.empty() ? "the name is empty" : ""); };
  return CLI::Validator(check, "");
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
