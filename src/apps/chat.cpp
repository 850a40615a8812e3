// SPDX-License-Identifier: Apache-2.0
#include "apps/chat.h"

#include <cstdio>
#include <filesystem>

#include "apps/chat_commands.h"
#include "apps/chat_history.h"
#include "apps/chat_session.h"
#include "apps/figures.h"
#include "apps/line_editor.h"
#include "apps/streams.h"
#include "apps/terminal.h"
#include "base/concat.h"
#include "base/log.h"
#include "hub/registry.h"

namespace capy {
namespace {

constexpr std::string_view kTripleQuote = "\"\"\"";

std::string history_path() {
  const Result<std::string> home = capy_home();
  return home.ok() ? (std::filesystem::path(home.value()) / "history").string() : std::string();
}

// Reads what the user says: a line, lines that end in a backslash with the next one, or everything between triple
// quotes.
class Listener {
 public:
  Listener() : history_(ChatHistory::load(history_path())) {
    for (const std::string& entry : history_.entries()) editor_.remember(entry);
  }

  LineEditor::Outcome listen(std::string& said) {
    const LineEditor::Outcome outcome = read_lines(said);
    if (outcome != LineEditor::Outcome::kLine || said.empty()) return outcome;
    editor_.remember(said);
    const Status kept = history_.add(said);
    if (!kept.ok() && !warned_) {
      log_warning("the chat's history is not kept: " + kept.error().message);
      warned_ = true;
    }
    return outcome;
  }

 private:
  LineEditor::Outcome read_lines(std::string& said) {
    const std::string prompt = styled(">>> ", Style::kAccent, Stream::kOutput);
    const std::string more = styled("... ", Style::kAccent, Stream::kOutput);
    LineEditor::Outcome outcome = editor_.read(prompt, said);
    if (outcome != LineEditor::Outcome::kLine) return outcome;
    const bool quoted = said.starts_with(kTripleQuote);
    if (quoted) said.erase(0, kTripleQuote.size());
    std::string line;
    while (quoted ? !take_end_quote(said) : take_backslash(said)) {
      outcome = editor_.read(more, line);
      if (outcome != LineEditor::Outcome::kLine) return outcome;
      said += "\n" + line;
    }
    if (quoted && said.starts_with('\n')) said.erase(0, 1);
    return outcome;
  }

  static bool take_end_quote(std::string& said) {
    if (!said.ends_with(kTripleQuote)) return false;
    said.resize(said.size() - kTripleQuote.size());
    if (said.ends_with('\n')) said.pop_back();
    return true;
  }

  static bool take_backslash(std::string& said) {
    if (!said.ends_with('\\')) return false;
    said.pop_back();
    return true;
  }

  LineEditor editor_;
  ChatHistory history_;
  bool warned_ = false;
};

std::string greeting(const ChatSession& session) {
  const Engine& engine = session.engine();
  const std::string about =
      concat("context ", readable_count(engine.context_tokens()), " tokens, ", compute_type_name(engine.compute_type()),
             ", ", engine.threads(), engine.threads() == 1 ? " thread" : " threads");
  return concat(
      styled(session.title(), Style::kBold, Stream::kOutput), "  ", styled(about, Style::kDim, Stream::kOutput), "\n",
      styled("/help tells the commands, Ctrl-C stops an answer, Ctrl-D leaves.", Style::kDim, Stream::kOutput), "\n\n");
}

}  // namespace

Result<int> chat(ChatSettings settings) {
  ChatSession session = TRY(ChatSession::open(std::move(settings)));
  Listener listener;
  TRY(write_output(greeting(session)));
  bool interrupted_before = false;
  while (true) {
    std::string said;
    const LineEditor::Outcome outcome = listener.listen(said);
    const bool gave_up_a_draft = outcome != LineEditor::Outcome::kLine && !said.empty();
    if (gave_up_a_draft) {  // Ctrl-C, or Ctrl-D in a text of several lines, means the draft and not the chat
      interrupted_before = false;
      TRY(write_output("\n"));
      continue;
    }
    if (outcome == LineEditor::Outcome::kEnd) {
      TRY(write_output("\n"));
      return 0;
    }
    if (outcome == LineEditor::Outcome::kInterrupted) {
      TRY(write_output("\n"));
      if (interrupted_before) return 130;
      interrupted_before = true;
      TRY(write_output(styled("(Ctrl-C again, Ctrl-D or /bye leaves)", Style::kDim, Stream::kOutput) + "\n"));
      continue;
    }
    interrupted_before = false;
    if (said.find_first_not_of(" \t\r\n") == std::string::npos) continue;
    const Result<ChatStep> step = said.starts_with('/') ? obey(session, said) : session.ask(said);
    if (!step.ok()) {
      if (is_reader_gone(step.error())) return step.error();
      std::fprintf(stderr, "%s\n\n", harmless(step.error().message).c_str());
    } else if (step.value() == ChatStep::kLeave) {
      return 0;
    }
  }
}

}  // namespace capy
