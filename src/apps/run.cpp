// SPDX-License-Identifier: Apache-2.0
// capy run: one answer on stdout, or a chat.
#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include "apps/answer.h"
#include "apps/chat.h"
#include "apps/command.h"
#include "apps/command_line.h"
#include "apps/conversation.h"
#include "apps/figures.h"
#include "apps/interrupt.h"
#include "apps/model_choice.h"
#include "apps/sampling_options.h"
#include "apps/streams.h"
#include "apps/terminal.h"
#include "base/clock.h"
#include "base/concat.h"
#include "base/cpu.h"
#include "base/json.h"
#include "base/log.h"
#include "hub/registry.h"

namespace capy {
namespace {

constexpr int64_t kPromptBytesMax = int64_t{64} << 20;

struct Wanted {
  ModelChoice choice;
  SamplingWishes wishes;
  std::optional<std::string> prompt;
  std::optional<std::string> tokens;
  std::string system;
  std::vector<std::string> images;
  std::optional<bool> think;
  int64_t max_tokens = -1;
  bool raw = false;
  bool json = false;
  bool stats = false;
  bool ignore_eos = false;
  bool no_draft = false;
};

void add_options(CommandLine& line, Wanted& wanted) {
  constexpr const char* kTests = "For tests";
  line.add_option_function<std::string>(
          "PROMPT", [&wanted](const std::string& text) { wanted.prompt = text; },
          "the question; standard input when left out; a chat when that is a terminal")
      ->type_name("");
  add_model_flag(line, wanted.choice);
  line.add_option("--system", wanted.system, "a message that goes before everything: who the model is to be")
      ->type_name("TEXT");
  line.add_on_off("--think", wanted.think,
                  "let the model think before it answers, or not; its own habit when left out");
  line.add_option("--max-tokens", wanted.max_tokens, "end the answer after N tokens")
      ->check(in_range(1, int64_t{1} << 40))
      ->type_name("N");
  line.add_flag("--raw", wanted.raw, "no chat: the model continues the text as it is");
  line.add_repeatable("--image", wanted.images, "not in this version yet")->type_name("FILE");
  line.add_flag("--json", wanted.json, "one JSON object a line for each token; the last one has the whole answer");
  line.add_flag("--stats", wanted.stats, "tell speed, memory and seed at the end, on stderr");
  add_sampling_options(line, wanted.wishes);
  add_context_option(line, wanted.choice,
                     "tokens of prompt and answer together; what model and memory allow when left out");
  add_engine_options(line, wanted.choice);
  line.add_option_function<std::string>(
          "--tokens", [&wanted](const std::string& text) { wanted.tokens = text; },
          "the prompt as token ids with commas between; needs no tokenizer")
      ->type_name("IDS")
      ->group(kTests);
  line.add_flag("--ignore-eos", wanted.ignore_eos, "go on after the model has ended its answer")->group(kTests);
  line.add_flag("--no-draft", wanted.no_draft, "guess no tokens ahead (answers are the same either way)")
      ->group(kTests);
}

Result<PreparedPrompt> prepare_raw(const Engine& engine, std::string_view text) {
  const Tokenizer* tokenizer = engine.tokenizer();
  if (tokenizer == nullptr)
    return Error{ErrorCode::kUnsupported, "this model has no tokenizer: give the prompt by --tokens"};
  PreparedPrompt prompt;
  if (tokenizer->add_bos() && tokenizer->bos()) prompt.tokens.push_back(*tokenizer->bos());
  tokenizer->encode_with_special(text, prompt.tokens);
  return prompt;
}

Result<PreparedPrompt> prepare(const Engine& engine, const Wanted& wanted) {
  if (wanted.tokens) return PreparedPrompt{TRY(parse_token_ids(*wanted.tokens, "--tokens"))};
  if (wanted.raw) return prepare_raw(engine, *wanted.prompt);
  if (engine.chat_template() == nullptr && wanted.system.empty() && engine.tokenizer() != nullptr) {
    log_warning("this model has no chat template: it continues the text (as with --raw)");
    return prepare_raw(engine, *wanted.prompt);
  }
  std::vector<ChatMessage> messages;
  if (!wanted.system.empty()) messages.push_back({"system", wanted.system, std::nullopt});
  messages.push_back({"user", *wanted.prompt, std::nullopt});
  return prepare_chat(engine, messages, wanted.think);
}

// The line break that `echo` or an editor puts at the end is not part of the question. --raw takes the text as it is.
Result<std::string> prompt_from_input(bool raw) {
  if (is_terminal(Stream::kInput)) {
    std::fputs("(type the prompt; Ctrl-D on a new line ends it)\n", stderr);
  }
  std::string text = TRY(read_input(kPromptBytesMax));
  while (!raw && !text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  return text;
}

std::string last_json_line(const Answer& answer, const SamplingOptions& sampling, double load_seconds) {
  const Response& response = answer.response;
  const Timings& timings = response.timings;
  JsonWriter json;
  json.begin_object();
  json.member("text", answer.text);
  if (!answer.thinking.empty()) json.member("thinking", answer.thinking);
  json.key("tokens");
  json.begin_array();
  for (const int32_t token : response.tokens) json.value(static_cast<int64_t>(token));
  json.end_array();
  json.member("finish_reason", finish_reason_name(response.finish));
  json.key("usage");
  json.begin_object();
  json.member("prompt_tokens", response.prompt_tokens);
  json.member("completion_tokens", static_cast<int64_t>(response.tokens.size()));
  json.member("total_tokens", response.prompt_tokens + static_cast<int64_t>(response.tokens.size()));
  json.member("cached_tokens", response.cached_tokens);
  json.member("drafted_tokens", response.drafted_tokens);
  json.member("accepted_tokens", response.accepted_tokens);
  json.end_object();
  json.key("timings");
  json.begin_object();
  json.member("load_seconds", load_seconds);
  json.member("prefill_seconds", timings.prefill_seconds);
  json.member("decode_seconds", timings.decode_seconds);
  json.member("first_token_seconds", timings.first_token_seconds);
  json.member("prefill_tok_s", tokens_per_second(computed_prompt_tokens(response), timings.prefill_seconds));
  json.member("decode_tok_s", tokens_per_second(decoded_tokens(response), timings.decode_seconds));
  json.end_object();
  json.member("rss_bytes", resident_bytes());
  json.member("seed", static_cast<int64_t>(sampling.seed));
  json.end_object();
  return json.text() + "\n";
}

std::unique_ptr<AnswerPrinter> printer_for(const Engine& engine, const Wanted& wanted) {
  if (wanted.json) return json_printer();
  return engine.tokenizer() == nullptr ? id_printer() : text_printer(is_terminal(Stream::kOutput));
}

Result<int> answer_once(const Wanted& wanted) {
  const double begun = seconds_now();
  const std::string path = TRY(find_model(wanted.choice.model));
  EngineOptions engine_wishes = TRY(engine_options(wanted.choice));
  std::unique_ptr<Engine> engine = TRY(open_engine(path, std::move(engine_wishes)));
  const double load_seconds = seconds_now() - begun;

  PreparedPrompt prompt = TRY(prepare(*engine, wanted));
  const auto prompt_tokens = static_cast<int64_t>(prompt.tokens.size());
  if (prompt_tokens == 0) return Error{ErrorCode::kUsage, "the prompt is empty"};
  TRY(check_fits(*engine, prompt_tokens, wanted.max_tokens));
  const bool raw = wanted.raw || wanted.tokens;
  const SamplingOptions sampling =
      sampling_for(*engine, prompt.begins_in_thinking, TRY(recommended_by_checkpoint(path)), wanted.wishes);

  AnswerQuestion question;
  question.request.tokens = std::move(prompt.tokens);
  question.request.sampling = sampling;
  question.request.max_tokens = wanted.max_tokens;
  question.request.draft = !wanted.no_draft;
  question.request.ignore_eos = wanted.ignore_eos;
  question.request.loras = all_loras(wanted.choice);
  question.divides_thinking = !raw;
  question.begins_in_thinking = prompt.begins_in_thinking;
  const std::unique_ptr<AnswerPrinter> printer = printer_for(*engine, wanted);
  const InterruptScope scope(Termination::kAtOnce);
  const Answer answer = TRY(give_answer(*engine, std::move(question), *printer));

  if (wanted.json) TRY(write_output(last_json_line(answer, sampling, load_seconds)));
  if (wanted.stats) {
    const std::string figures = concat("\nloading      ", fixed(load_seconds, 3), " s\n",
                                       describe_speed(*engine, answer.response), "seed         ", sampling.seed, "\n");
    std::fputs(figures.c_str(), stderr);
  }
  if (answer.response.finish == FinishReason::kCancelled) return interruption();
  TRY(check_finished(*engine, answer.response, wanted.max_tokens));
  return 0;
}

}  // namespace

Result<int> run_command(int argc, const char* const* argv) {
  CommandLine line(
      "capy run",
      "Ask a model. With a PROMPT, or a text on standard input, the answer goes to standard output; on a terminal\n"
      "without a prompt a chat begins. A model that thinks first shows its thoughts dimmed on a terminal; in a\n"
      "pipe only the answer is written (all of it with --raw, both apart with --json).",
      "  capy run \"Name three rivers.\"\n"
      "  capy run                                        chat\n"
      "  capy run -m ./Qwen3.5-0.8B --think on \"Is 91 a prime number?\"\n"
      "  cat letter.txt | capy run --system \"Translate into French.\" > lettre.txt\n"
      "  capy run --raw \"Once upon a time\" --max-tokens 100 --seed 7\n"
      "  capy run --json \"Hi\" | tail -n 1 | jq -r .text\n");
  Wanted wanted;
  add_options(line, wanted);
  if (const auto ended = TRY(line.read(argc, argv))) return *ended;
  if (!wanted.images.empty()) return Error{ErrorCode::kUsage, "--image: images are not in this version yet"};
  if (wanted.tokens && wanted.prompt) return Error{ErrorCode::kUsage, "--tokens is the prompt: no PROMPT besides it"};
  if (wanted.raw || wanted.tokens) {
    const std::string given = wanted.raw ? "--raw" : "--tokens";
    if (!wanted.system.empty())
      return Error{ErrorCode::kUsage, concat(given, " is the whole prompt: no --system besides it")};
    if (wanted.think)
      return Error{ErrorCode::kUsage, concat(given, " is the whole prompt: --think has no effect on it")};
  }
  if (!wanted.prompt && !wanted.tokens) {
    const bool person = is_terminal(Stream::kInput) && is_terminal(Stream::kOutput);
    if (person && !wanted.json && !wanted.raw) {
      return chat({wanted.choice, wanted.wishes, wanted.system, wanted.think, wanted.max_tokens, wanted.ignore_eos,
                   wanted.stats});
    }
    wanted.prompt = TRY(prompt_from_input(wanted.raw));
  }
  if (wanted.prompt && wanted.prompt->empty()) return Error{ErrorCode::kUsage, "the prompt is empty"};
  return answer_once(wanted);
}

}  // namespace capy
