// SPDX-License-Identifier: Apache-2.0
// capy eval: what a model knows and can do, in figures with their confidence intervals.
#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "apps/command.h"
#include "apps/command_line.h"
#include "apps/eval_report.h"
#include "apps/interrupt.h"
#include "apps/model_choice.h"
#include "apps/progress.h"
#include "apps/streams.h"
#include "base/atomic_file.h"
#include "base/mapped_file.h"
#include "evaluate/exact_match.h"
#include "evaluate/judged_items.h"
#include "evaluate/text_bits.h"

namespace capy {
namespace {

constexpr int64_t kFileBytesMax = int64_t{1} << 30;
constexpr int64_t kBatchMax = 64;

// What all parts are told.
struct Order {
  ModelChoice choice;
  std::string file;
  bool json = false;
};

struct BitsOrder : Order {
  TextBitsOptions options;
};
struct JudgeOrder : Order {
  JudgeItemsOptions options;
  bool no_start = false;
};
struct ExactOrder : Order {
  ExactOptions options;
  std::string answers;
};

void add_common(CommandLine& line, Order& order, const char* what) {
  add_model_flag(line, order.choice);
  line.add_option("FILE", order.file, what)->required()->check(not_empty())->type_name("");
  line.add_flag("--json", order.json, "one JSON object");
}

void add_batch(CommandLine& line, int64_t& batch) {
  line.add_option("--batch", batch, "so many at once; changes no figure")
      ->check(in_range(1, kBatchMax))
      ->type_name("N");
}

Result<std::string> read_text(const Order& order) {
  return order.file == "-" ? read_input(kFileBytesMax) : read_file(order.file, kFileBytesMax);
}

std::string name_of(const Order& order) { return order.file == "-" ? "standard input" : order.file; }

std::function<bool(int64_t, int64_t)> shown_in(Progress& progress) {
  return [&progress](int64_t done, int64_t total) {
    progress.update(done, total);
    return !interrupted();
  };
}

Result<int> tell(Progress& progress, const std::string& report) {
  progress.clear();
  TRY(write_output(report));
  return 0;
}

Result<int> measure_bits(BitsOrder order, bool window_given) {
  const std::string text = TRY(read_text(order));
  if (window_given) order.choice.context = order.options.window;
  const std::unique_ptr<Engine> engine = TRY(open_engine(order.choice));
  if (!window_given) order.options.window = std::min(order.options.window, engine->context_tokens());
  const std::vector<int32_t> tokens = TRY(tokens_of_text(*engine, text));
  Progress progress("reading", Progress::Unit::kTokens);
  order.options.loras = all_loras(order.choice);
  order.options.on_progress = shown_in(progress);
  const InterruptScope scope;
  const TextBits bits = TRY(text_bits(*engine, tokens, order.options));
  return tell(progress, order.json ? bits_json({order.choice.model, order.file}, bits) : bits_text(bits));
}

template <class Item>
Result<int> judge_file(JudgeOrder order, const char* name,
                       Result<std::vector<Item>> (*parse)(const std::string&, const std::string&),
                       Result<JudgedItems> (*judge)(Engine&, std::span<const Item>, const JudgeItemsOptions&)) {
  const std::string text = TRY(read_text(order));
  const std::vector<Item> items = TRY(parse(text, name_of(order)));
  const std::unique_ptr<Engine> engine = TRY(open_engine(order.choice));
  Progress progress(name, Progress::Unit::kTokens);
  order.options.start = !order.no_start;
  order.options.loras = all_loras(order.choice);
  order.options.on_progress = shown_in(progress);
  const InterruptScope scope;
  const JudgedItems judged = TRY(judge(*engine, items, order.options));
  return tell(progress, order.json ? judged_json({order.choice.model, order.file}, judged) : judged_text(judged));
}

// One line for each answer, as it is found.
class AnswerFile {
 public:
  static Result<AnswerFile> create(const std::string& path) {
    if (path.empty()) return AnswerFile(std::nullopt);
    return AnswerFile(TRY(AtomicFile::create(path)));
  }
  void add(const ExactItem& item, const std::string& answer, bool is_right) {
    if (file_ && written_.ok()) written_ = file_->write(answer_json(item, answer, is_right) + "\n");
  }
  Status finish() {
    TRY(std::move(written_));
    return file_ ? file_->commit() : Status();
  }

 private:
  explicit AnswerFile(std::optional<AtomicFile> file) : file_(std::move(file)) {}
  std::optional<AtomicFile> file_;
  Status written_;
};

Result<int> match_file(ExactOrder order) {
  const std::string text = TRY(read_text(order));
  const std::vector<ExactItem> items = TRY(parse_exact(text, name_of(order)));
  const std::unique_ptr<Engine> engine = TRY(open_engine(order.choice));
  AnswerFile answers = TRY(AnswerFile::create(order.answers));
  Progress progress("answering");
  order.options.loras = all_loras(order.choice);
  order.options.on_progress = shown_in(progress);
  order.options.on_answer = [&](const ExactItem& item, const std::string& answer, bool is_right) {
    answers.add(item, answer, is_right);
  };
  const InterruptScope scope;
  const ExactMatch match = TRY(match_exactly(*engine, items, order.options));
  TRY(answers.finish());
  return tell(progress, order.json ? exact_json({order.choice.model, order.file}, match) : exact_text(match));
}

Result<int> bits_command(int argc, const char* const* argv) {
  CommandLine line(
      "capy eval bpb",
      "Tell how many bits a model needs for each byte of a text: a figure that models with different\n"
      "tokenizers can be compared by. Every token counts once, in windows that overlap by half; the table\n"
      "says how much what was read before helps.",
      "  capy eval bpb book.txt\n"
      "  capy eval bpb -m ./model book.txt --window 256 --json\n"
      "  zcat books.gz | capy eval bpb -m model.gguf -\n");
  BitsOrder order;
  add_common(line, order, "the text, in UTF-8; - reads standard input");
  auto* const window = line.add_option("--window", order.options.window,
                                       "tokens that are seen together; 1024 when left out, or all that the model takes")
                           ->check(in_range(TextBitsOptions::kWindowMin, EngineLimits{}.context_tokens_max))
                           ->type_name("N");
  line.add_option("--windows", order.options.windows_max, "read only the first N windows")
      ->check(in_range(1, int64_t{1} << 40))
      ->type_name("N");
  add_batch(line, order.options.batch);
  add_engine_options(line, order.choice);
  if (const auto ended = TRY(line.read(argc, argv))) return *ended;
  return measure_bits(std::move(order), window->count() > 0);
}

Result<std::optional<int>> read_judge_order(CommandLine& line, JudgeOrder& order, const char* what, int argc,
                                            const char* const* argv) {
  add_common(line, order, what);
  line.add_flag("--no-start", order.no_start,
                "nothing stands before a text: its first token is read, not judged. For models that never saw how a "
                "text begins");
  add_batch(line, order.options.batch);
  add_context_option(line, order.choice, "tokens of the longest text; what model and memory allow when left out");
  add_engine_options(line, order.choice);
  return line.read(argc, argv);
}

Result<int> pairs_command(int argc, const char* const* argv) {
  CommandLine line(
      "capy eval pairs",
      "Tell how often a model holds the good one of two sentences likelier than the bad one. FILE has a\n"
      "JSON object in each line: {\"good\": \"...\", \"bad\": \"...\"}, with a \"group\" if you like; the files of\n"
      "BLiMP are read as they are.",
      "  capy eval pairs pairs.jsonl\n"
      "  cat blimp/*.jsonl | capy eval pairs -m ./model - --json\n");
  JudgeOrder order;
  if (const auto ended = TRY(read_judge_order(line, order, "the pairs; - reads standard input", argc, argv))) {
    return *ended;
  }
  return judge_file<PairItem>(
      std::move(order), "comparing",
      [](const std::string& text, const std::string& name) { return parse_pairs(text, name); }, judge_pairs);
}

Result<int> choice_command(int argc, const char* const* argv) {
  CommandLine line(
      "capy eval choice",
      "Tell how often a model holds the right one of some answers likeliest. FILE has a JSON object in each\n"
      "line: {\"prompt\": \"...\", \"choices\": [\"...\", \"...\"], \"answer\": 0}, where the answer is the number or\n"
      "the text of a choice. With \"question\" instead of \"prompt\" the model sees \"Question: ... Answer:\".",
      "  capy eval choice questions.jsonl\n"
      "  capy eval choice -m ./model questions.jsonl --type int4 --json\n");
  JudgeOrder order;
  if (const auto ended = TRY(read_judge_order(line, order, "the questions; - reads standard input", argc, argv))) {
    return *ended;
  }
  return judge_file<ChoiceItem>(
      std::move(order), "comparing",
      [](const std::string& text, const std::string& name) { return parse_choices(text, name); }, judge_choices);
}

Result<int> exact_command(int argc, const char* const* argv) {
  CommandLine line(
      "capy eval exact",
      "Tell how often a model writes exactly the right answer, without chance (temperature 0); white space\n"
      "at both ends does not matter. FILE has a JSON object in each line: {\"prompt\": \"...\", \"answer\": \"...\"}\n"
      "is a text to go on with, {\"messages\": [...], \"answer\": \"...\"} a chat. Several right answers: a list.",
      "  capy eval exact sums.jsonl --stop \"\\n\"\n"
      "  capy eval exact -m ./model chats.jsonl --max-tokens 200 --answers answers.jsonl\n");
  ExactOrder order;
  add_common(line, order, "the questions; - reads standard input");
  line.add_option("--max-tokens", order.options.max_tokens, "of an answer; 64 when left out")
      ->check(in_range(1, int64_t{1} << 20))
      ->type_name("N");
  line.add_repeatable("--stop", order.options.stops, "a text that ends an answer; may be given again and again")
      ->type_name("TEXT");
  line.add_on_off("--think", order.options.think, "let the model think first, or not, where its template knows how");
  line.add_option("--answers", order.answers, "write each answer there, as a JSON object a line")->type_name("FILE");
  add_batch(line, order.options.batch);
  add_context_option(line, order.choice, "tokens of prompt and answer together");
  add_engine_options(line, order.choice);
  if (const auto ended = TRY(line.read(argc, argv))) return *ended;
  return match_file(std::move(order));
}

constexpr Command kParts[] = {
    {"bpb", "bits per byte of a text, and how they fall with what was read", bits_command},
    {"pairs", "which of two sentences is likelier: the good one or the bad one", pairs_command},
    {"choice", "questions with answers to choose from", choice_command},
    {"exact", "questions with one right answer, which must be written exactly", exact_command},
};

}  // namespace

Result<int> eval_command(int argc, const char* const* argv) {
  return start_part("eval", "What a model knows and can do, in figures with their confidence intervals.",
                    "  capy eval bpb -m ./model book.txt\n"
                    "  capy eval pairs -m ./model pairs.jsonl\n"
                    "  capy eval choice -m ./model questions.jsonl --json\n"
                    "  capy eval exact -m ./model sums.jsonl --stop \"\\n\"\n",
                    kParts, argc, argv);
}

}  // namespace capy
