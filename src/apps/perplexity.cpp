// SPDX-License-Identifier: Apache-2.0
// capy perplexity: how well a model predicts a text, and how far it is from another model.
#include <string>
#include <vector>

#include "apps/command.h"
#include "apps/command_line.h"
#include "apps/figures.h"
#include "apps/interrupt.h"
#include "apps/model_choice.h"
#include "apps/progress.h"
#include "apps/streams.h"
#include "base/concat.h"
#include "base/json.h"
#include "base/mapped_file.h"
#include "evaluate/evaluate.h"

namespace capy {
namespace {

constexpr int64_t kTextBytesMax = int64_t{1} << 30;
constexpr int64_t kWindowTokens = 512;  // llama.cpp's default too

struct Question {
  ModelChoice choice;
  std::string file;
  ModelChoice against;  // no model: not asked for
  bool json = false;
  EvaluationOptions evaluation;
};

void describe(JsonWriter& json, const Evaluation& evaluation) {
  json.member("perplexity", evaluation.perplexity());
  json.member("perplexity_error", evaluation.perplexity_error());
  json.member("nats_per_token", evaluation.negative_log_likelihood.mean);
  json.member("windows", evaluation.windows);
  json.member("tokens_scored", evaluation.tokens_scored);
}

std::string sentence(const Evaluation& evaluation) {
  return concat(fixed(evaluation.perplexity(), 4), " +- ", fixed(evaluation.perplexity_error(), 4));
}

std::string report_json(const Question& question, const Evaluation& model, const Comparison* comparison) {
  JsonWriter json;
  json.begin_object();
  json.member("model", question.choice.model);
  json.member("file", question.file);
  json.member("context", question.evaluation.window);
  describe(json, model);
  if (comparison != nullptr) {
    json.key("reference");
    json.begin_object();
    json.member("model", question.against.model);
    if (!question.against.type.empty()) json.member("type", question.against.type);
    if (!question.against.kv.empty()) json.member("kv", question.against.kv);
    describe(json, comparison->reference);
    json.end_object();
    json.member("kl_divergence", comparison->divergence.mean);
    json.member("kl_divergence_error", comparison->divergence.standard_error);
    json.member("top1_agreement", comparison->same_top.mean);
    json.member("top1_agreement_error", comparison->same_top.standard_error);
  }
  json.end_object();
  return json.text() + "\n";
}

std::string report_text(const Question& question, const Evaluation& model, const Comparison* comparison) {
  std::string text = concat("perplexity        ", sentence(model), "\n");
  if (comparison != nullptr) {
    text += concat("of the reference  ", sentence(comparison->reference), "\n");
    text += concat("KL divergence     ", fixed(comparison->divergence.mean, 6), " +- ",
                   fixed(comparison->divergence.standard_error, 6), " nats per token\n");
    text += concat("same top token    ", fixed(100 * comparison->same_top.mean, 2), " % +- ",
                   fixed(100 * comparison->same_top.standard_error, 2), "\n");
  }
  text += concat("over ", readable_count(model.tokens_scored), " tokens, in ", model.windows, " windows of ",
                 question.evaluation.window, " tokens\n");
  return text;
}

Result<int> answer(Question question) {
  const std::string text =
      TRY(question.file == "-" ? read_input(kTextBytesMax) : read_file(question.file, kTextBytesMax));
  std::unique_ptr<Engine> engine = TRY(open_engine(question.choice));
  const std::vector<int32_t> tokens = TRY(tokens_of_text(*engine, text));
  Progress progress("reading", Progress::Unit::kTokens);
  question.evaluation.loras = all_loras(question.choice);
  question.evaluation.on_progress = [&progress](int64_t done, int64_t total) {
    progress.update(done, total);
    return !interrupted();
  };
  const InterruptScope scope;
  if (question.against.model.empty()) {
    const Evaluation model = TRY(evaluate(*engine, tokens, question.evaluation));
    progress.clear();
    TRY(write_output(question.json ? report_json(question, model, nullptr) : report_text(question, model, nullptr)));
    return 0;
  }
  question.against.threads = question.choice.threads;
  question.against.context = question.choice.context;
  std::unique_ptr<Engine> reference = TRY(open_engine(question.against));
  const Comparison both = TRY(compare(*engine, *reference, tokens, question.evaluation));
  progress.clear();
  TRY(write_output(question.json ? report_json(question, both.model, &both)
                                 : report_text(question, both.model, &both)));
  return 0;
}

}  // namespace

Result<int> perplexity_command(int argc, const char* const* argv) {
  CommandLine line(
      "capy perplexity",
      "Tell how well a model predicts a text: 1 would be always and surely right, 20 is as good as choosing among\n"
      "20 words that are equally likely. The second half of each window is scored, as llama.cpp's tool does it.",
      "  capy perplexity model.gguf book.txt\n"
      "  capy perplexity model.gguf book.txt --type int8 --against ./original      how much int8 costs\n"
      "  capy perplexity ./model book.txt --type int4 --against ./model --against-type bf16\n"
      "  zcat book.txt.gz | capy perplexity ./model -\n"
      "  capy perplexity ./model book.txt --context 2048 --json\n");
  Question question;
  add_model_argument(line, question.choice)->required();
  line.add_option("FILE", question.file, "the text, in UTF-8; - reads standard input")->required()->type_name("");
  auto* const against =
      line.add_option("--against", question.against.model, "also measure how far the model is from this one");
  against->type_name("MODEL");
  line.add_option("--against-type", question.against.type,
                  "compute that one as f32, bf16, int8 or int4; what its file holds when left out")
      ->needs(against)
      ->type_name("TYPE");
  line.add_option("--against-kv", question.against.kv, "keep that one's keys and values as f32, bf16, int8 or int4")
      ->needs(against)
      ->type_name("TYPE");
  line.add_option("--context", question.evaluation.window, "tokens of a window; 512 when left out")
      ->check(in_range(EvaluationOptions::kWindowMin, EngineLimits{}.context_tokens_max))
      ->type_name("N");
  line.add_option("--windows", question.evaluation.windows_max, "read only the first N windows")
      ->check(in_range(1, int64_t{1} << 40))
      ->type_name("N");
  line.add_flag("--json", question.json, "one JSON object");
  question.evaluation.window = kWindowTokens;
  add_engine_options(line, question.choice);
  if (const auto ended = TRY(line.read(argc, argv))) return *ended;
  question.choice.context = question.evaluation.window;
  return answer(std::move(question));
}

}  // namespace capy
