// SPDX-License-Identifier: Apache-2.0
#include "apps/line_editor.h"

#include <histedit.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cwchar>

#include "apps/terminal.h"
#include "base/utf8.h"

namespace capy {
namespace {

constexpr int kHistoryEntries = 1000;

// Terminals that know bracketed paste put these around a pasted text.
constexpr std::string_view kPasteBegins = "\x1b[200~";
constexpr std::string_view kPasteEnds = "\x1b[201~";
constexpr std::string_view kAskForPasteMarks = "\x1b[?2004h";
constexpr std::string_view kNoMorePasteMarks = "\x1b[?2004l";
// A pasted line break in the edited line: U+2424, SYMBOL FOR NEWLINE.
constexpr std::string_view kLineBreakSign = "\xe2\x90\xa4";
constexpr wchar_t kLineBreakSignCode = 0x2424;
// And a pasted tab: U+2409, SYMBOL FOR HORIZONTAL TABULATION.
constexpr std::string_view kTabSign = "\xe2\x90\x89";
constexpr wchar_t kTabSignCode = 0x2409;

// Signals that matter while a line is edited. They are blocked but for the time in which we wait for a key, so none can
// come between looking and waiting. The handler only notes them; read_more acts.
constexpr std::array kSignals = {SIGINT, SIGTERM, SIGHUP, SIGTSTP, SIGWINCH};
std::atomic<int> g_signal{0};
void note_signal(int signal) { g_signal.store(signal); }

bool knows_paste_marks() {
  const char* const term = std::getenv("TERM");
  return term != nullptr && *term != '\0' && std::string_view(term) != "dumb";
}

void write_terminal(std::string_view text) {
  static const bool knows = knows_paste_marks();
  if (!knows && (text == kAskForPasteMarks || text == kNoMorePasteMarks)) return;
  (void)!::write(STDOUT_FILENO, text.data(), text.size());
}

void replace_all(std::string& text, std::string_view what, std::string_view with) {
  for (size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size())) {
    text.replace(at, what.size(), with);
  }
}

// A character whose last bytes have not been read yet.
bool may_be_cut_short(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  const size_t wanted = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() >= wanted) return false;
  return std::all_of(text.begin() + 1, text.end(),
                     [](char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; });
}

// libedit prints what stands between two of these marks without counting its columns.
constexpr char kUncounted = '\x01';

std::string mark_control_sequences(std::string_view prompt) {
  std::string marked;
  bool inside = false;
  for (const char c : prompt) {
    if (c == '\x1b') {
      marked += kUncounted;
      inside = true;
    }
    marked += c;
    if (inside && c == 'm') {
      marked += kUncounted;
      inside = false;
    }
  }
  return marked;
}

}  // namespace

struct LineEditor::Parts {
  EditLine* editor = nullptr;
  History* history = nullptr;
  std::string prompt;
  std::string ahead;  // bytes read and not yet given to libedit
  bool pasting = false;
  bool was_interrupted = false;
  std::string draft;  // what stood there when it was
  std::string last_entry;
  std::array<struct sigaction, kSignals.size()> outer_actions = {};
  sigset_t outer_mask = {};

  static Parts& of(EditLine* editor) {
    void* data = nullptr;
    el_get(editor, EL_CLIENTDATA, &data);
    return *static_cast<Parts*>(data);
  }
  static char* show_prompt(EditLine* editor) { return of(editor).prompt.data(); }
  static int next_character(EditLine* editor, wchar_t* character);

  void take_signals();
  void give_signals_back();
  bool act_on_signal();
  bool read_more();
  bool take_paste_mark();
  bool tame_pasted(wchar_t& character);
};

void LineEditor::Parts::take_signals() {
  g_signal.store(0);
  struct sigaction action = {};
  action.sa_handler = note_signal;
  sigset_t ours;
  ::sigemptyset(&ours);
  for (const int signal : kSignals) ::sigaddset(&ours, signal);
  ::sigprocmask(SIG_BLOCK, &ours, &outer_mask);
  for (size_t i = 0; i < kSignals.size(); ++i) ::sigaction(kSignals[i], &action, &outer_actions[i]);
}

void LineEditor::Parts::give_signals_back() {
  for (size_t i = 0; i < kSignals.size(); ++i) ::sigaction(kSignals[i], &outer_actions[i], nullptr);
  ::sigprocmask(SIG_SETMASK, &outer_mask, nullptr);
}

// False where the line ends by it.
bool LineEditor::Parts::act_on_signal() {
  const int signal = g_signal.exchange(0);
  if (signal == 0) return true;
  if (signal == SIGINT) {
    was_interrupted = true;
    const LineInfo* const info = el_line(editor);  // libedit forgets it at the end of input
    draft.assign(info->buffer, info->lastchar);
    return false;
  }
  if (signal == SIGWINCH) {
    el_resize(editor);
    return true;
  }
  // To be stopped or ended: with the terminal as we found it. After a stop we go on here.
  write_terminal(kNoMorePasteMarks);
  el_set(editor, EL_PREP_TERM, 0);
  give_signals_back();
  ::raise(signal);
  take_signals();
  el_set(editor, EL_PREP_TERM, 1);
  write_terminal(kAskForPasteMarks);
  el_set(editor, EL_REFRESH);
  return true;
}

bool LineEditor::Parts::read_more() {
  while (true) {
    if (!act_on_signal()) return false;
    struct pollfd input = {STDIN_FILENO, POLLIN, 0};
    if (::ppoll(&input, 1, nullptr, &outer_mask) < 0) {
      if (errno == EINTR) continue;
      return false;
    }
    char buffer[4096];
    const ssize_t got = ::read(STDIN_FILENO, buffer, sizeof buffer);
    if (got > 0) {
      ahead.append(buffer, static_cast<size_t>(got));
      return true;
    }
    if (got == 0 || errno != EINTR) return false;
  }
}

bool LineEditor::Parts::take_paste_mark() {
  const std::string_view mark = pasting ? kPasteEnds : kPasteBegins;
  if (!ahead.starts_with(mark)) return false;
  ahead.erase(0, mark.size());
  pasting = !pasting;
  return true;
}

// In a pasted text no character is an editing command. False for one that is left out.
bool LineEditor::Parts::tame_pasted(wchar_t& character) {
  if (character == L'\r' || character == L'\n') character = kLineBreakSignCode;
  if (character == L'\t') character = kTabSignCode;
  return character >= 0x20 && character != 0x7f;
}

// libedit asks for one character: 1 for one, 0 for the end, -1 for an error (which ends the line too).
int LineEditor::Parts::next_character(EditLine* editor, wchar_t* character) {
  Parts& parts = of(editor);
  while (true) {
    if (parts.ahead.empty() && !parts.read_more()) return parts.was_interrupted ? -1 : 0;
    if (parts.take_paste_mark()) continue;
    const std::string_view text = parts.ahead;
    if (may_be_cut_short(text) && parts.read_more()) continue;
    const size_t bytes = utf8_sequence_bytes(text);
    *character = static_cast<wchar_t>(bytes == 0 ? 0xfffd : utf8_code_point(text, bytes));
    parts.ahead.erase(0, std::max<size_t>(bytes, 1));
    if (parts.pasting && !parts.tame_pasted(*character)) continue;
    return 1;
  }
}

LineEditor::LineEditor() : parts_(std::make_unique<Parts>()) {
  use_utf8_locale();  // libedit counts columns by it
  EditLine* editor = el_init("capy", stdin, stdout, stderr);
  parts_->editor = editor;
  parts_->history = history_init();
  HistEvent event;
  history(parts_->history, &event, H_SETSIZE, kHistoryEntries);
  el_set(editor, EL_CLIENTDATA, parts_.get());
  el_set(editor, EL_EDITOR, "emacs");
  el_set(editor, EL_HIST, history, parts_->history);
  el_set(editor, EL_PROMPT_ESC, Parts::show_prompt, kUncounted);
  el_set(editor, EL_GETCFN, Parts::next_character);
  for (const auto& [key, action] : {std::pair("^R", "em-inc-search-prev"), std::pair("\\e[3~", "ed-delete-next-char"),
                                    std::pair("\\e[1;5D", "ed-prev-word"), std::pair("\\e[1;5C", "em-next-word")}) {
    el_set(editor, EL_BIND, key, action, nullptr);
  }
  el_source(editor, nullptr);  // the user's own ~/.editrc has the last word
}

LineEditor::~LineEditor() {
  history_end(parts_->history);
  el_end(parts_->editor);
}

LineEditor::Outcome LineEditor::read(std::string_view prompt, std::string& line) {
  Parts& parts = *parts_;
  parts.prompt = mark_control_sequences(prompt);
  parts.was_interrupted = false;
  parts.pasting = false;
  parts.take_signals();
  // Before the prompt is shown, so that what is typed at once is read as keys.
  el_set(parts.editor, EL_PREP_TERM, 1);
  write_terminal(kAskForPasteMarks);
  int length = 0;
  const char* text = el_gets(parts.editor, &length);
  write_terminal(kNoMorePasteMarks);
  parts.give_signals_back();
  line.clear();
  if (parts.was_interrupted) {
    parts.ahead.clear();
    line = parts.draft;
    return Outcome::kInterrupted;
  }
  if (text == nullptr || length <= 0) return Outcome::kEnd;
  line.assign(text, static_cast<size_t>(length));
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.pop_back();
  replace_all(line, kLineBreakSign, "\n");
  replace_all(line, kTabSign, "\t");
  return Outcome::kLine;
}

void LineEditor::remember(std::string_view entry) {
  if (entry.empty() || entry == parts_->last_entry) return;
  parts_->last_entry = std::string(entry);
  std::string shown(entry);
  replace_all(shown, "\n", kLineBreakSign);
  replace_all(shown, "\t", kTabSign);
  HistEvent event;
  history(parts_->history, &event, H_ENTER, shown.c_str());
}

}  // namespace capy
