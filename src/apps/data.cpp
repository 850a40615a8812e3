// SPDX-License-Identifier: Apache-2.0
// capy data build and capy data show: data sets for training.
#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "apps/command.h"
#include "apps/command_line.h"
#include "apps/data_set_maker.h"
#include "apps/figures.h"
#include "apps/interrupt.h"
#include "apps/progress.h"
#include "apps/streams.h"
#include "apps/terminal.h"
#include "base/concat.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mapped_file.h"
#include "data/data_builder.h"
#include "data/data_set.h"
#include "data/stream.h"
#include "text/chat_template.h"
#include "text/template_files.h"
#include "text/tokenizer.h"

namespace capy {
namespace {

constexpr int64_t kTokenizerBytesMax = int64_t{256} << 20;

// A file's content, or nothing where there is no such file.
Result<std::optional<std::string>> read_if_there(const std::string& path, int64_t bytes_max) {
  Result<std::string> text = read_file(path, bytes_max);
  if (text.ok()) return std::optional(std::move(text).take());
  if (text.error().code == ErrorCode::kNotFound) return std::optional<std::string>();
  return std::move(text).take_error();
}

// --- build ---

struct BuildOrder {
  BuildOptions options;
  std::string tokenizer;  // a directory
  std::string template_file;
  std::string learn = "answers";
  int64_t threads = 0;
  bool json = false;
};

// The template of --template, else the tokenizer's own.
Result<std::optional<std::string>> template_source(const BuildOrder& order) {
  if (!order.template_file.empty()) return std::optional(TRY(read_template(order.template_file)));
  return template_of_directory(order.tokenizer);
}

std::string build_report(const BuildOrder& order, const Manifest& manifest) {
  if (!order.json) {
    return concat(order.options.directory, ": ", readable_count(manifest.tokens), " tokens (",
                  readable_count(manifest.loss_tokens), " to learn) of ", readable_count(manifest.documents),
                  " documents in ", readable_count(manifest.shards), " shards",
                  manifest.left_out > 0 ? concat("; ", readable_count(manifest.left_out), " records left out") : "",
                  "\n");
  }
  return manifest.json();
}

Result<int> build(BuildOrder& order) {
  BuildOptions& options = order.options;
  const std::optional<std::string> template_text = TRY(template_source(order));
  const DataSetMaker maker = TRY(DataSetMaker::open(order.tokenizer, template_text, order.learn));
  maker.describe(options);
  if (auto config = TRY(read_if_there(order.tokenizer + "/tokenizer_config.json", kTokenizerBytesMax))) {
    options.tokenizer_files.emplace_back("tokenizer_config.json", *std::move(config));
  }
  if (options.pack > 0) options.shard_tokens -= options.shard_tokens % options.pack;  // whole samples

  ThreadPool pool(order.threads > 0 ? static_cast<int>(order.threads) : ThreadPool::default_threads());
  const Result<Manifest> built = maker.build(options, pool, "building");
  if (!built.ok() && built.error().code == ErrorCode::kCancelled) {
    log_info("stopped; the same command goes on where it was");
    return interruption();
  }
  if (!built.ok()) return built.error();
  TRY(write_output(build_report(order, built.value())));
  return 0;
}

Result<int> build_data_command(int argc, const char* const* argv) {
  CommandLine line(
      "capy data build",
      "Turn texts and conversations into a data set for training: compressed shards of tokens in the directory OUT.\n"
      "Inputs are JSON lines (*.jsonl): {\"text\": ...} or {\"messages\": [...]}, with \"src\" and \"lic\" where they\n"
      "are known; any other file is one text; *.zst is unpacked. Of conversations only what the assistant says is\n"
      "learned. Stopped in whatever way, the same command goes on where it was.",
      "  capy data build ./data stories.jsonl.zst --tokenizer ./tokenizer\n"
      "  capy data build ./chats chats.jsonl --tokenizer ./tokenizer --template chat.jinja --pack 512\n"
      "  capy data build ./data *.jsonl.zst --tokenizer ./tokenizer --leave-out CC-BY-SA-4.0 --skip-broken\n");
  BuildOrder order;
  BuildOptions& options = order.options;
  line.add_option("OUT", options.directory, "the directory to make")->required()->check(not_empty())->type_name("");
  line.add_option("FILES", options.inputs, "texts and conversations")->required()->type_name("");
  line.add_option("--tokenizer", order.tokenizer, "a directory with a tokenizer.json")->required()->type_name("DIR");
  line.add_option("--template", order.template_file, "the chat template; the tokenizer's own when left out")
      ->type_name("FILE");
  line.add_option("--learn", order.learn, "of conversations: answers (the default) or all")
      ->check(CLI::IsMember({"answers", "all"}))
      ->type_name("WHAT");
  line.add_option("--pack", options.pack, "fill samples of N tokens so that no shorter document is cut")
      ->check(in_range(1, ShardFormat::kShardTokensMax))
      ->type_name("N");
  line.add_option("--licence", options.licence, "of records that do not tell; \"unknown\" when left out")
      ->type_name("NAME");
  line.add_option("--source", options.source, "of records that do not tell; the file's name when left out")
      ->type_name("NAME");
  line.add_repeatable("--leave-out", options.leave_out, "take no record of this licence; may be repeated")
      ->type_name("LICENCE");
  line.add_flag("--skip-broken", options.skip_broken, "leave out records that cannot be read, instead of stopping");
  line.add_option("--shard-tokens", options.shard_tokens, "tokens of a shard; 16,777,216 when left out")
      ->check(in_range(1, ShardFormat::kShardTokensMax))
      ->type_name("N");
  line.add_option("--frame-tokens", options.format.frame_tokens,
                  "tokens that are compressed together; 16,384 when left out")
      ->check(in_range(1, ShardFormat::kFrameTokensMax))
      ->type_name("N");
  line.add_option("--level", options.format.level, "of the compression; 9 when left out")
      ->check(in_range(1, 19))
      ->type_name("N");
  line.add_option("--threads", order.threads, "processor cores to use")
      ->check(in_range(1, ThreadPool::kThreadsMax))
      ->type_name("N");
  line.add_flag("--json", order.json, "the manifest, as one JSON object");
  if (const auto ended = TRY(line.read(argc, argv))) return *ended;
  return build(order);
}

// --- show ---

struct ShowOrder {
  std::string directory;
  int64_t samples = 3;
  int64_t sample_tokens = 200;
  int64_t seed = 0;
  bool verify = false;
  bool json = false;
};

std::string table(const char* title, std::vector<DataShare> shares, int64_t tokens) {
  std::stable_sort(shares.begin(), shares.end(),
                   [](const DataShare& a, const DataShare& b) { return a.tokens > b.tokens; });
  constexpr size_t kRowsMax = 20;
  size_t width = 0;
  for (const DataShare& share : shares) width = std::min<size_t>(40, std::max(width, share.name.size()));
  std::string text = concat(title, "\n");
  for (size_t i = 0; i < shares.size(); ++i) {
    if (i == kRowsMax) return text + concat("  and ", shares.size() - i, " more (--json tells all)\n");
    const std::string name = harmless(shares[i].name);
    const double share =
        100 * static_cast<double>(shares[i].tokens) / static_cast<double>(std::max<int64_t>(tokens, 1));
    text += concat("  ", name, std::string(width > name.size() ? width - name.size() : 0, ' '), "  ", fixed(share, 1),
                   " %  ", readable_count(shares[i].tokens), " tokens, ", readable_count(shares[i].documents),
                   " documents\n");
  }
  return text;
}

std::string summary(const ShowOrder& order, const Manifest& manifest) {
  std::string text =
      concat(order.directory, ": ", readable_count(manifest.tokens), " tokens, ", readable_count(manifest.documents),
             " documents, of these ", readable_count(manifest.conversations), " conversations\n");
  text += concat("learned      ",
                 fixed(100 * static_cast<double>(manifest.loss_tokens) / static_cast<double>(manifest.tokens), 1),
                 " % of the tokens\n");
  text += concat("shards       ", readable_count(manifest.shards), " of ", readable_count(manifest.shard_tokens),
                 " tokens\n");
  text += concat("vocabulary   ", readable_count(manifest.vocabulary), ", tokenizer ",
                 hash_text(manifest.tokenizer_hash), "\n");
  if (manifest.pack > 0) text += concat("packed       for samples of ", readable_count(manifest.pack), " tokens\n");
  if (manifest.left_out > 0) text += concat("left out     ", readable_count(manifest.left_out), " records\n");
  text += table("licences", manifest.licences, manifest.tokens);
  text += table("sources", manifest.sources, manifest.tokens);
  return text;
}

// A sample as a person reads it: what is learned as it is, what is only read dimmed or in brackets.
std::string shown(const Sample& sample, int64_t tokens, const Tokenizer& tokenizer) {
  std::string text;
  std::string part;
  bool silent = false;
  const auto flush = [&] {
    if (part.empty()) return;
    const std::string readable = harmless(part);
    const bool coloured = shows_colours(Stream::kOutput);
    if (!silent) {
      text += readable;
    } else {
      text += coloured ? styled(readable, Style::kDim, Stream::kOutput) : concat("\u27e8", readable, "\u27e9");
    }
    part.clear();
  };
  for (int64_t i = 0; i < tokens; ++i) {
    const auto at = static_cast<size_t>(i);
    const bool starts = (sample.marks[at] & Sample::kStart) != 0;
    if (starts && i > 0) {
      flush();
      text += "\n---\n";
    }
    const bool is_silent = sample.marks[at] == 0;
    if (is_silent != silent && !starts) {
      flush();
      silent = is_silent;
    } else if (starts) {
      silent = i + 1 < tokens && sample.marks[at + 1] == 0;
    }
    part += tokenizer.token_bytes(sample.tokens[at]);
  }
  flush();
  return text;
}

Status verify(const DataSet& data) {
  Progress progress("verifying");
  for (int64_t i = 0; i < data.manifest().shards; ++i) {
    TRY(data.verify_shard(i));
    progress.update(i + 1, data.manifest().shards);
    if (interrupted()) return interruption();
  }
  return {};
}

Status show_samples(const ShowOrder& order) {
  const Tokenizer tokenizer = TRY(Tokenizer::open_directory(order.directory));
  const DataSet data = TRY(DataSet::open(order.directory));
  const int64_t pack = data.manifest().pack;
  const StreamSource source{order.directory, 0, 1};
  const SampleStream stream = TRY(SampleStream::open(
      std::span(&source, 1), {pack > 0 ? pack : order.sample_tokens, static_cast<uint64_t>(order.seed)}));
  for (int64_t p = 0; p < std::min(order.samples, stream.samples()); ++p) {
    const Sample sample = TRY(stream.at(p));
    TRY(write_output(concat("\nsample ", readable_count(sample.number), "\n",
                            shown(sample, std::min(order.sample_tokens, stream.sample_tokens()), tokenizer), "\n")));
  }
  return {};
}

Result<int> show(const ShowOrder& order) {
  const DataSet data = TRY(DataSet::open(order.directory));
  if (order.verify) {
    const InterruptScope scope;
    TRY(verify(data));
  }
  if (order.json) {
    TRY(write_output(data.manifest().json()));
    return 0;
  }
  TRY(write_output(summary(order, data.manifest())));
  if (order.verify) TRY(write_output("all shards are as they were written\n"));
  if (order.samples > 0) TRY(show_samples(order));
  return 0;
}

Result<int> show_data_command(int argc, const char* const* argv) {
  CommandLine line(
      "capy data show",
      "Tell what a data set holds: tokens, documents, licences, sources, and some samples. What is read but\n"
      "not learned (a user's words) is dimmed, or stands in \u27e8 \u27e9 where there are no colours.",
      "  capy data show ./data\n"
      "  capy data show ./data --samples 10 --seed 7\n"
      "  capy data show ./data --verify --samples 0\n");
  ShowOrder order;
  line.add_option("DIR", order.directory, "a directory that capy data build has made")->required()->type_name("");
  line.add_option("--samples", order.samples, "how many samples to show; 3 when left out")
      ->check(in_range(0, 1000))
      ->type_name("N");
  line.add_option("--tokens", order.sample_tokens, "tokens of a sample to show; 200 when left out")
      ->check(in_range(1, 1 << 20))
      ->type_name("N");
  line.add_option("--seed", order.seed, "which samples; 0 when left out")
      ->check(in_range(0, INT64_MAX))
      ->type_name("N");
  line.add_flag("--verify", order.verify, "read all shards and compare their hashes");
  line.add_flag("--json", order.json, "the manifest, as one JSON object");
  if (const auto ended = TRY(line.read(argc, argv))) return *ended;
  return show(order);
}

constexpr Command kParts[] = {
    {"build", "make a data set of texts and conversations", build_data_command},
    {"show", "what a data set holds", show_data_command},
};

}  // namespace

Result<int> data_command(int argc, const char* const* argv) {
  return start_part("data", "Texts and conversations made ready for training.",
                    "  capy data build ./data stories.jsonl.zst --tokenizer ./tokenizer\n"
                    "  capy data show ./data\n",
                    kParts, argc, argv);
}

}  // namespace capy
