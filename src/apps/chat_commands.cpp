// SPDX-License-Identifier: Apache-2.0
#include "apps/chat_commands.h"

#include <cstdlib>
#include <filesystem>
#include <string_view>

#include "apps/figures.h"
#include "apps/streams.h"
#include "base/atomic_file.h"
#include "base/concat.h"
#include "base/mapped_file.h"
#include "formats/writer.h"

namespace capy {
namespace {

constexpr int64_t kConversationBytesMax = int64_t{256} << 20;
constexpr std::string_view kSpace = " \t\r\n";

std::string_view trimmed(std::string_view text) {
  const size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return "";
  return text.substr(begin, text.find_last_not_of(kSpace) + 1 - begin);
}

// The first word, which is taken off `rest`.
std::string_view take_word(std::string_view& rest) {
  rest = trimmed(rest);
  const size_t end = std::min(rest.find_first_of(kSpace), rest.size());
  const std::string_view word = rest.substr(0, end);
  rest = trimmed(rest.substr(end));
  return word;
}

Result<ChatStep> say(std::string_view text) {
  TRY(write_output(text));
  return ChatStep::kGoOn;
}

Result<ChatStep> help(ChatSession&, std::string_view) {
  return say(
      "  /help              this list\n"
      "  /clear             forget the conversation\n"
      "  /system TEXT       who the model is to be; without TEXT: nothing special\n"
      "  /think on|off|auto think before answering, or not; auto is the model's habit\n"
      "  /set NAME VALUE    temperature, top-p, top-k, ... , seed, max-tokens; VALUE auto: the model's own\n"
      "  /show              the settings, and the model\n"
      "  /save FILE         the conversation as JSON     /load FILE   go on with one\n"
      "  /retry             another answer               /undo        forget the last question and answer\n"
      "  /tokens            how full the context is      /stats       speed of the last answer\n"
      "  /bye               leave (so does Ctrl-D)\n"
      "  A line that ends in \\ goes on in the next one; \"\"\" begins and ends a text of many lines.\n"
      "  A message that begins with a slash: put a space before it.\n\n");
}

Result<ChatStep> clear(ChatSession& session, std::string_view) {
  session.clear();
  return say("The conversation is forgotten.\n\n");
}

Result<ChatStep> set_system(ChatSession& session, std::string_view text) {
  session.settings().system = std::string(text);
  return say(text.empty() ? "No system message.\n\n" : "The system message is set.\n\n");
}

Result<ChatStep> think(ChatSession& session, std::string_view word) {
  std::optional<bool>& wish = session.settings().think;
  if (word == "on") {
    wish = true;
  } else if (word == "off") {
    wish = false;
  } else if (word == "auto") {
    wish.reset();
  } else {
    return Error{ErrorCode::kUsage, "/think on, /think off or /think auto"};
  }
  return say(concat("Thinking: ", word, ".\n\n"));
}

Status set_max_tokens(ChatSettings& settings, std::string_view value) {
  if (value == "auto") {
    settings.max_tokens = -1;
    return {};
  }
  // The same reading and range as a sampling setting, with a bound of its own.
  int64_t tokens = 0;
  for (const char digit : value) {
    if (digit < '0' || digit > '9' || tokens > (int64_t{1} << 40)) {
      return Error{ErrorCode::kUsage, concat("max-tokens: '", value.substr(0, 40), "' is not a number of tokens")};
    }
    tokens = 10 * tokens + (digit - '0');
  }
  if (tokens < 1) return Error{ErrorCode::kUsage, "max-tokens: at least 1"};
  settings.max_tokens = tokens;
  return {};
}

Result<ChatStep> set(ChatSession& session, std::string_view rest) {
  const std::string_view name = take_word(rest);
  if (name.empty() || rest.empty())
    return Error{ErrorCode::kUsage, concat("/set NAME VALUE, with NAME one of ", wish_names(), ", max-tokens")};
  if (name == "max-tokens") {
    TRY(set_max_tokens(session.settings(), rest));
  } else if (rest == "auto") {
    TRY(forget_wish(session.settings().wishes, name));
  } else {
    TRY(set_wish(session.settings().wishes, name, rest));
  }
  return say(concat(name, " = ", rest, "\n\n"));
}

Result<ChatStep> show(ChatSession& session, std::string_view) {
  const Engine& engine = session.engine();
  const ChatSettings& settings = session.settings();
  const SamplingOptions sampling = session.sampling(settings.think.value_or(false));
  std::string text =
      concat("  model              ", session.title(), ", ", compute_type_name(engine.compute_type()), ", kv ",
             kv_type_name(engine.kv_type()), ", ", engine.threads(), " threads, ", engine.isa(), "\n");
  text += concat("  context            ", readable_count(engine.context_tokens()), " tokens\n");
  text += concat("  system             ", session.system().empty() ? "(none)" : session.system(), "\n");
  text += concat("  think              ", !settings.think ? "auto" : *settings.think ? "on" : "off", "\n");
  text += concat("  max-tokens         ", settings.max_tokens < 0 ? "auto" : concat(settings.max_tokens), "\n");
  text += concat("  temperature        ", sampling.temperature, "\n");
  text += concat("  top-k              ", sampling.top_k, "\n");
  text += concat("  top-p              ", sampling.top_p, "\n");
  text += concat("  min-p              ", sampling.min_p, "\n");
  text += concat("  typical-p          ", sampling.typical_p, "\n");
  text += concat("  presence-penalty   ", sampling.presence_penalty, "\n");
  text += concat("  frequency-penalty  ", sampling.frequency_penalty, "\n");
  text += concat("  repeat-penalty     ", sampling.repetition_penalty, "\n");
  text += concat("  seed               ", settings.wishes.seed ? concat(*settings.wishes.seed) : "random", "\n\n");
  return say(text);
}

// No shell expands what is typed here.
std::string with_home(std::string_view file) {
  const char* const home = std::getenv("HOME");
  if (!file.starts_with("~/") || home == nullptr) return std::string(file);
  return concat(home, file.substr(1));
}

Result<ChatStep> save(ChatSession& session, std::string_view typed) {
  if (typed.empty()) return Error{ErrorCode::kUsage, "/save FILE"};
  const std::string file = with_home(typed);
  // What somebody saved by this command may be replaced; another file of that name was not meant.
  std::error_code failed;
  if (std::filesystem::exists(file, failed)) {
    const Result<std::string> there = read_file(file, kConversationBytesMax);
    if (!there.ok() || !conversation_from_json(there.value(), file).ok())
      return Error{ErrorCode::kInvalid, concat(file, ": is there and is no conversation; choose another name")};
  }
  AtomicFile out = TRY(AtomicFile::create(file, AtomicFile::Readers::kOwner));
  TRY(out.write(conversation_to_json(session.all_messages())));
  TRY(out.commit());
  return say(concat("Saved ", session.messages().size(), " messages.\n\n"));
}

Result<ChatStep> load(ChatSession& session, std::string_view typed) {
  if (typed.empty()) return Error{ErrorCode::kUsage, "/load FILE"};
  const std::string file = with_home(typed);
  const std::string text = TRY(read_file(file, kConversationBytesMax));
  session.replace_messages(TRY(conversation_from_json(text, file)));
  return say(concat("Loaded ", session.messages().size(), " messages.\n\n"));
}

Result<ChatStep> retry(ChatSession& session, std::string_view) { return session.retry(); }

Result<ChatStep> undo(ChatSession& session, std::string_view) {
  if (!session.undo()) return Error{ErrorCode::kInvalid, "there is nothing to undo"};
  return say(concat("Forgotten; ", session.messages().size(), " messages are left.\n\n"));
}

Result<ChatStep> tokens(ChatSession& session, std::string_view) {
  const int64_t used = TRY(session.prompt_tokens());
  const int64_t context = session.engine().context_tokens();
  return say(concat(readable_count(used), " of ", readable_count(context), " tokens, ",
                    fixed(100 * static_cast<double>(used) / static_cast<double>(context), 1), " %\n\n"));
}

Result<ChatStep> stats(ChatSession& session, std::string_view) {
  if (!session.last_response()) return Error{ErrorCode::kInvalid, "there is no answer yet"};
  return say(describe_speed(session.engine(), *session.last_response()) + "\n");
}

Result<ChatStep> leave(ChatSession&, std::string_view) { return ChatStep::kLeave; }

struct ChatCommand {
  std::string_view name;
  Result<ChatStep> (*obey)(ChatSession& session, std::string_view rest);
};

constexpr ChatCommand kCommands[] = {{"/help", help},   {"/?", help},      {"/clear", clear}, {"/system", set_system},
                                     {"/think", think}, {"/set", set},     {"/show", show},   {"/save", save},
                                     {"/load", load},   {"/retry", retry}, {"/undo", undo},   {"/tokens", tokens},
                                     {"/stats", stats}, {"/bye", leave},   {"/exit", leave},  {"/quit", leave}};

}  // namespace

Result<ChatStep> obey(ChatSession& session, const std::string& line) {
  std::string_view rest = line;
  const std::string_view word = take_word(rest);
  for (const ChatCommand& command : kCommands) {
    if (command.name == word) return command.obey(session, rest);
  }
  return Error{ErrorCode::kUsage, concat("no command ", word.substr(0, 40), "; /help tells which there are")};
}

}  // namespace capy
