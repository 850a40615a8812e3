// SPDX-License-Identifier: Apache-2.0
// capy bench: how fast a model runs on this machine, and how near that is to what the machine can do.
#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "apps/command.h"
#include "apps/command_line.h"
#include "apps/draft_runs.h"
#include "apps/figures.h"
#include "apps/interrupt.h"
#include "apps/machine_limits.h"
#include "apps/model_choice.h"
#include "apps/progress.h"
#include "apps/speed_runs.h"
#include "apps/step_costs.h"
#include "apps/streams.h"
#include "base/clock.h"
#include "base/concat.h"
#include "base/cpu.h"
#include "base/json.h"
#include "hub/registry.h"
#include "model/model.h"

namespace capy {
namespace {

constexpr int64_t kSequencesMax = 256;
constexpr int64_t kRepeatsMax = 1000;
constexpr size_t kListMax = 32;  // entries of --depth, --sequences and --acceptance

struct Question {
  ModelChoice choice;
  int64_t prompt = 512;
  int64_t generate = 128;
  std::vector<int64_t> depths = {0};
  std::vector<int64_t> sequences = {1};
  std::vector<double> acceptances;  // of drafts; none: drafting is not measured
  int64_t repeats = 3;
  bool whole_head = false;
  bool json = false;

  int64_t tokens_of_run() const { return std::max<int64_t>({prompt, generate + 1, 64, drafted_context()}); }
  int64_t drafted_prompt() const { return std::max<int64_t>(prompt, 1); }
  int64_t drafted_context() const { return acceptances.empty() ? 0 : drafted_prompt() + generate + 1; }
};

struct DecodeResult {
  int64_t sequences = 1;
  Speeds speeds;
};

struct DepthResult {
  int64_t depth = 0;
  std::optional<Speeds> prefill;
  std::vector<DecodeResult> decode;
};

struct Report {
  std::string model;
  double load_seconds = 0;
  int64_t rss_bytes = 0;
  int64_t parameters = 0;
  int64_t weight_bytes = 0;
  ComputeType type = ComputeType::kF32;
  KvType kv = KvType::kF32;
  std::string isa;
  int threads = 0;
  int64_t chunk = 0;
  bool two_plane_head = false;
  StepCosts costs;
  MachineLimits limits;
  std::vector<DepthResult> results;
  std::vector<DraftSpeeds> drafting;
};

// --- what the machine would allow ---

double prefill_operations(const Question& question, const StepCosts& costs) {
  return costs.product_operations + costs.head_operations / static_cast<double>(std::max<int64_t>(question.prompt, 1));
}

double prefill_limit(const Question& question, const Report& report) {
  return report.limits.operations_per_second / prefill_operations(question, report.costs);
}

// The context grows while it is decoded: its mean counts.
double decode_bytes(const Question& question, const Report& report, int64_t depth, int64_t sequences) {
  return report.costs.bytes_of_step(sequences, static_cast<double>(depth) + static_cast<double>(question.generate) / 2);
}

double decode_limit(const Question& question, const Report& report, int64_t depth, int64_t sequences) {
  return report.limits.bytes_per_second * static_cast<double>(sequences) /
         decode_bytes(question, report, depth, sequences);
}

// --- the answer as JSON ---

void describe(JsonWriter& json, const Speeds& speeds, double limit) {
  json.member("tok_s", speeds.median());
  json.member("tok_s_min", speeds.least());
  json.member("tok_s_max", speeds.most());
  if (limit <= 0) return;
  json.member("limit_tok_s", limit);
  json.member("share_of_limit", speeds.median() / limit);
}

void describe(JsonWriter& json, const Question& question, const Report& report, const DepthResult& result) {
  json.begin_object();
  json.member("depth", result.depth);
  if (result.prefill) {
    json.key("prefill");
    json.begin_object();
    describe(json, *result.prefill, prefill_limit(question, report));
    json.end_object();
  }
  json.key("decode");
  json.begin_array();
  for (const DecodeResult& decode : result.decode) {
    json.begin_object();
    json.member("sequences", decode.sequences);
    describe(json, decode.speeds, decode_limit(question, report, result.depth, decode.sequences));
    json.member("step_bytes", decode_bytes(question, report, result.depth, decode.sequences));
    json.end_object();
  }
  json.end_array();
  json.end_object();
}

void describe(JsonWriter& json, const DraftSpeeds& speeds) {
  json.begin_object();
  json.member("acceptance", speeds.acceptance);
  json.member("ratio", speeds.ratios.median());
  json.member("ratio_min", speeds.ratios.least());
  json.member("ratio_max", speeds.ratios.most());
  json.member("plain_tok_s", speeds.plain.median());
  json.member("tok_s", speeds.drafted.median());
  json.member("first_token_ratio", speeds.first_token.median());
  json.member("guessed", speeds.guessed);
  json.member("accepted", speeds.accepted);
  json.end_object();
}

void describe_limits(JsonWriter& json, const Question& question, const Report& report) {
  json.key("limits");
  json.begin_object();
  json.member("memory_bytes_s", report.limits.bytes_per_second);
  if (report.limits.operations_per_second > 0) {
    json.member("operations_s", report.limits.operations_per_second);
    json.member("instruction", std::string_view(report.limits.instruction));
    json.member("prefill_tok_s", prefill_limit(question, report));
  }
  json.member("prefill_operations_per_token", prefill_operations(question, report.costs));
  const int64_t depth = question.depths.front();
  json.member("decode_bytes_per_token", decode_bytes(question, report, depth, 1));
  json.member("decode_tok_s", decode_limit(question, report, depth, 1));
  json.member("weight_bytes_per_step", report.costs.weight_bytes);
  json.member("kv_bytes_per_context_token", report.costs.kv_bytes_per_token);
  json.member("state_bytes_per_token", report.costs.state_bytes);
  json.end_object();
}

std::string report_json(const Question& question, const Report& report) {
  JsonWriter json;
  json.begin_object();
  json.member("model", std::string_view(report.model));
  json.member("parameters", report.parameters);
  json.member("weight_bytes", report.weight_bytes);
  json.member("type", compute_type_name(report.type));
  json.member("kv", kv_type_name(report.kv));
  json.member("isa", std::string_view(report.isa));
  json.member("cpu", std::string_view(cpu_name()));
  json.member("threads", report.threads);
  json.member("chunk", report.chunk);
  json.member("two_plane_head", report.two_plane_head);
  json.member("prompt", question.prompt);
  json.member("generate", question.generate);
  json.member("repeat", question.repeats);
  const DepthResult& first = report.results.front();
  if (first.prefill) json.member("prefill_tok_s", first.prefill->median());
  if (!first.decode.empty()) json.member("decode_tok_s", first.decode.front().speeds.median());
  json.member("load_seconds", report.load_seconds);
  json.member("rss_bytes", report.rss_bytes);
  describe_limits(json, question, report);
  json.key("results");
  json.begin_array();
  for (const DepthResult& result : report.results) describe(json, question, report, result);
  json.end_array();
  if (!report.drafting.empty()) {
    json.key("drafting");
    json.begin_array();
    for (const DraftSpeeds& speeds : report.drafting) describe(json, speeds);
    json.end_array();
  }
  json.end_object();
  return json.text() + "\n";
}

// --- the answer as a table ---

std::string right_aligned(const std::string& text, size_t width) {
  return concat(std::string(text.size() < width ? width - text.size() : 0, ' '), text);
}

std::string row(const std::string& name, const std::string& speed, const std::string& range, const std::string& limit,
                const std::string& share) {
  return concat(name, std::string(name.size() < 34 ? 34 - name.size() : 1, ' '), right_aligned(speed, 10),
                right_aligned(range, 20), right_aligned(limit, 12), right_aligned(share, 9), "\n");
}

int decimals(double speed) { return speed < 100 ? 2 : 1; }

std::string row(const std::string& name, const Speeds& speeds, double limit) {
  const int digits = decimals(speeds.median());
  return row(name, fixed(speeds.median(), digits),
             concat(fixed(speeds.least(), digits), " - ", fixed(speeds.most(), digits)),
             limit > 0 ? fixed(limit, decimals(limit)) : "-",
             limit > 0 ? concat(fixed(100 * speeds.median() / limit, 1), " %") : "-");
}

std::string rows_of(const Question& question, const Report& report, const DepthResult& result) {
  const std::string depth = result.depth > 0 ? concat(" at ", readable_count(result.depth)) : "";
  std::string text;
  if (result.prefill) {
    text += row(concat("prefill ", readable_count(question.prompt), depth), *result.prefill,
                prefill_limit(question, report));
  }
  for (const DecodeResult& decode : result.decode) {
    const std::string times = decode.sequences > 1 ? concat(" x ", decode.sequences) : "";
    text += row(concat("decode ", readable_count(question.generate), times, depth), decode.speeds,
                decode_limit(question, report, result.depth, decode.sequences));
  }
  return text;
}

// Beside each speed that of no drafting, in the same runs.
std::string drafting_rows(const Report& report) {
  if (report.drafting.empty()) return "";
  std::string text =
      "\n" + row("drafts accepted, if all are tried", "tokens/s", "(ratio min - max)", "undrafted", "ratio");
  for (const DraftSpeeds& speeds : report.drafting) {
    const double plain = speeds.plain.median();
    const double drafted = speeds.drafted.median();
    text += row(concat(fixed(100 * speeds.acceptance, 0), " %; ", speeds.accepted, " of ", speeds.guessed, " tried"),
                fixed(drafted, decimals(drafted)),
                concat(fixed(speeds.ratios.least(), 2), " - ", fixed(speeds.ratios.most(), 2)),
                fixed(plain, decimals(plain)), fixed(speeds.ratios.median(), 2));
  }
  return text;
}

std::string report_text(const Question& question, const Report& report) {
  std::string text = concat(report.model, ": ", readable_parameters(report.parameters), " parameters, ",
                            compute_type_name(report.type), " (", readable_bytes(report.weight_bytes), "), kv ",
                            kv_type_name(report.kv), ", ", report.isa, ", ", report.threads,
                            report.threads == 1 ? " thread" : " threads", ", chunks of ", report.chunk, "\n\n");
  text += row("", "tokens/s", "(min - max)", "limit", "share");
  for (const DepthResult& result : report.results) text += rows_of(question, report, result);
  text += drafting_rows(report);
  text += concat("\nmemory       ", readable_bytes(report.rss_bytes), " at most; ready after ",
                 fixed(report.load_seconds, 2), " s\n");
  text += concat("the machine  reads ", fixed(report.limits.bytes_per_second / 1e9, 1), " GB/s");
  if (report.limits.operations_per_second > 0) {
    text += concat(", computes ", fixed(report.limits.operations_per_second / 1e12, 2), " T operations/s (",
                   report.limits.instruction, ")");
  }
  text += concat("\na token      reads ",
                 readable_bytes(static_cast<int64_t>(decode_bytes(question, report, question.depths.front(), 1))),
                 " when decoded; takes ", fixed(prefill_operations(question, report.costs) / 1e9, 2),
                 " G operations in a prompt's products\n");
  return text;
}

// --- the runs ---

Result<std::vector<DepthResult>> measure(const Question& question, Engine& engine) {
  Progress progress("measuring");
  const auto depths = static_cast<int64_t>(question.depths.size());
  const int64_t parts_of_depth = 2 + static_cast<int64_t>(question.sequences.size());
  int64_t done = 0;
  const auto on_step = [&]() -> Status {
    if (interrupted()) return interruption();
    progress.update(done, depths * parts_of_depth);
    return {};
  };
  SpeedRuns runs(engine, all_loras(question.choice), on_step);
  TRY(runs.warm_up());
  std::vector<DepthResult> results;
  for (const int64_t depth : question.depths) {
    DepthResult result{depth, {}, {}};
    TRY(runs.go_to(depth));
    ++done;
    if (question.prompt > 0) result.prefill = TRY(runs.prefill(question.prompt, question.repeats));
    ++done;
    for (const int64_t sequences : question.sequences) {
      if (question.generate > 0) {
        result.decode.push_back({sequences, TRY(runs.decode(sequences, question.generate, question.repeats))});
      }
      ++done;
    }
    results.push_back(std::move(result));
  }
  return results;
}

Result<std::vector<DraftSpeeds>> measure_drafting(const Question& question, Engine& engine, DraftRuns& runs) {
  Progress progress("drafting");
  std::vector<DraftSpeeds> results;
  const auto on_step = [&]() -> Status {
    if (interrupted()) return interruption();
    progress.update(static_cast<int64_t>(results.size()), static_cast<int64_t>(question.acceptances.size()));
    return {};
  };
  for (const double acceptance : question.acceptances) {
    results.push_back(
        TRY(runs.measure(engine, acceptance, question.drafted_prompt(), question.generate, question.repeats, on_step)));
  }
  return results;
}

Result<Report> answer(const Question& question, const std::string& path, EngineOptions options) {
  Report report;
  DraftRuns draft_runs;
  if (!question.acceptances.empty()) draft_runs.hook(options.draft);
  report.model = model_title(path);
  report.chunk = options.chunk_tokens;
  const double begun = seconds_now();
  {
    const std::unique_ptr<Engine> engine = TRY(open_engine(path, std::move(options)));
    report.load_seconds = seconds_now() - begun;
    if (!question.acceptances.empty()) TRY(DraftRuns::check(*engine));
    const ModelSizes sizes = engine->model().sizes();
    report.parameters = sizes.parameters();
    report.weight_bytes = sizes.weight_bytes;
    report.type = engine->compute_type();
    report.kv = engine->kv_type();
    report.isa = engine->isa();
    report.threads = engine->threads();
    report.two_plane_head = engine->model().has_two_plane_head();
    report.results = TRY(measure(question, *engine));
    report.costs = TRY(step_costs(*engine));  // now that it is known how much of the head was read
    report.drafting = TRY(measure_drafting(question, *engine, draft_runs));
    report.rss_bytes = resident_peak_bytes();
  }
  ThreadPool pool(report.threads);  // after the engine's has gone
  report.limits = TRY(measure_limits(pool, report.isa, report.type));
  return report;
}

// "1,4,8" or "0.5,1"
template <class Number>
Result<std::vector<Number>> read_list(const std::string& text, std::string_view option, Number min, Number max) {
  std::vector<Number> values;
  for (size_t at = 0; at <= text.size();) {
    const size_t end = std::min(text.find(',', at), text.size());
    Number value = 0;
    const auto read = std::from_chars(text.data() + at, text.data() + end, value);
    if (read.ec != std::errc() || read.ptr != text.data() + end || !(value >= min && value <= max)) {
      return Error{ErrorCode::kUsage,
                   concat(option, ": '", text.substr(at, std::min<size_t>(end - at, 40)), "' is not a ",
                          std::is_integral_v<Number> ? "whole " : "", "number from ", min, " to ", max)};
    }
    values.push_back(value);
    at = end + 1;
  }
  if (values.size() > kListMax) {
    return Error{ErrorCode::kUsage, concat(option, ": at most ", kListMax, " numbers, not ", values.size())};
  }
  return values;
}

Status check(const Question& question, const EngineOptions& options) {
  if (question.prompt == 0 && question.generate == 0) {
    return Error{ErrorCode::kUsage, "with --prompt 0 and --generate 0 there is nothing to measure"};
  }
  if (question.generate == 0 && !question.acceptances.empty()) {
    return Error{ErrorCode::kUsage, "--acceptance measures decoding: --generate must not be 0"};
  }
  const int64_t most = *std::max_element(question.sequences.begin(), question.sequences.end());
  if (most > options.chunk_tokens) {
    return Error{ErrorCode::kUsage, concat("--sequences ", most, " do not fit a batch of ", options.chunk_tokens,
                                           " rows; --chunk makes it larger")};
  }
  return {};
}

Result<int> start(Question question) {
  std::sort(question.depths.begin(), question.depths.end());
  question.choice.context = question.depths.back() + question.tokens_of_run();
  EngineOptions options = TRY(engine_options(question.choice));
  options.two_plane_head = !question.whole_head;
  TRY(check(question, options));
  const int64_t most = *std::max_element(question.sequences.begin(), question.sequences.end());
  options.limits.sequences_max =
      std::max(options.limits.sequences_max, most + 1);  // and the one that holds the context
  const std::string path = TRY(find_model(question.choice.model));
  const InterruptScope scope;
  const Report report = TRY(answer(question, path, std::move(options)));
  TRY(write_output(question.json ? report_json(question, report) : report_text(question, report)));
  return 0;
}

}  // namespace

Result<int> bench_command(int argc, const char* const* argv) {
  CommandLine line(
      "capy bench",
      "Measure how fast a model runs on this machine: tokens a second of reading a prompt (prefill) and of writing\n"
      "(decode), and how near that is to what the machine can do. Tokens are random: no tokenizer is needed. Each\n"
      "number is the median of the runs. The limit is the memory's speed over the bytes that a decoded token cannot\n"
      "but read, and the processor's over the operations of a prompt's products.",
      "  capy bench                                     the default model\n"
      "  capy bench ./model --type int8 --sequences 1,2,4,8\n"
      "  capy bench model.gguf --depth 0,4096,16384     with that much context before what is measured\n"
      "  capy bench ./model --acceptance 0,0.5,0.9      what drafting gains if that share of the drafts is right\n"
      "  capy init config.json ./random --seed 1 && capy bench ./random --json\n");
  Question question;
  std::string depths;
  std::string sequences;
  std::string acceptances;
  add_model_argument(line, question.choice);
  const int64_t context_max = EngineLimits{}.context_tokens_max;
  line.add_option("--prompt", question.prompt, "tokens of the prompt; 512 when left out, 0 for none")
      ->check(in_range(0, context_max))
      ->type_name("N");
  line.add_option("--generate", question.generate, "tokens to decode; 128 when left out, 0 for none")
      ->check(in_range(0, context_max))
      ->type_name("N");
  line.add_option("--depth", depths, "tokens of context before what is measured; one or more, with commas between")
      ->type_name("N,...");
  line.add_option("--sequences", sequences, "sequences decoded in one batch; one or more, with commas between")
      ->type_name("N,...");
  line.add_option(
          "--acceptance", acceptances,
          "decode with drafts of the MTP head too, beside none: this share of them is made right, the rest wrong,\n"
          "0 to 1; one or more, with commas between. Behind a prompt of --prompt tokens, whatever --depth says")
      ->type_name("X,...");
  line.add_option("--repeat", question.repeats, "runs of each kind; 3 when left out")
      ->check(in_range(1, kRepeatsMax))
      ->type_name("N");
  line.add_flag("--whole-head", question.whole_head,
                "read the whole output head for every token, as for sampling without top-k; an int4 model's best\n"
                "tokens are found with less");
  line.add_flag("--json", question.json, "one JSON object");
  add_engine_options(line, question.choice);
  if (const auto ended = TRY(line.read(argc, argv))) return *ended;
  if (line.count("--depth") > 0) question.depths = TRY(read_list<int64_t>(depths, "--depth", 0, context_max));
  if (line.count("--sequences") > 0)
    question.sequences = TRY(read_list<int64_t>(sequences, "--sequences", 1, kSequencesMax));
  if (line.count("--acceptance") > 0) question.acceptances = TRY(read_list<double>(acceptances, "--acceptance", 0, 1));
  return start(std::move(question));
}

}  // namespace capy
