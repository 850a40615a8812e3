// SPDX-License-Identifier: Apache-2.0
// capy tokenizer train: a vocabulary of one's own, from texts or data.
#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "apps/command.h"
#include "apps/command_line.h"
#include "apps/figures.h"
#include "apps/interrupt.h"
#include "apps/progress.h"
#include "apps/streams.h"
#include "base/atomic_file.h"
#include "base/concat.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mapped_file.h"
#include "base/thread_pool.h"
#include "data/document.h"
#include "data/record_reader.h"
#include "text/bpe_trainer.h"
#include "text/chat_template.h"
#include "text/tokenizer.h"
#include "text/tokenizer_writer.h"
#include "text/trained_tokenizer.h"
#include "text/word_counts.h"

namespace capy {
namespace {

constexpr int64_t kBatchBytes = int64_t{8} << 20;
constexpr int64_t kTemplateBytesMax = 1 << 20;

struct Order {
  std::string out;
  std::vector<std::string> inputs;
  int64_t vocabulary = 8192;
  int64_t count_min = 2;
  std::string split = "qwen3.5";
  std::string special = "qwen3.5";
  std::string template_file;
  bool skip_broken = false;
  int64_t threads = 0;
  bool json = false;
};

Result<std::vector<SpecialToken>> special_tokens(const Order& order) {
  const auto copy = [](std::span<const SpecialToken> tokens) {
    return std::vector<SpecialToken>(tokens.begin(), tokens.end());
  };
  if (order.special == "qwen3.5") return copy(qwen35_special_tokens());
  if (order.special == "chat") return copy(chat_special_tokens());
  return parse_special_tokens(TRY(read_file(order.special, kTemplateBytesMax)), order.special);
}

Result<std::optional<std::string>> chat_template(const Order& order) {
  if (order.template_file.empty()) return std::optional<std::string>();
  std::string text = TRY(read_file(order.template_file, kTemplateBytesMax));
  TRY(ChatTemplate::parse(text, order.template_file));  // better told now than at the first chat
  return std::optional(std::move(text));
}

// All texts in it that a model would read or write: without names of roles and keys.
Status add_texts(Json value, WordCounts& counts) {
  if (const auto text = value.as_string()) return counts.add(*text);
  for (int64_t i = 0; i < value.size(); ++i) {
    const Json entry = value.is_object() ? value[value.key(i)] : value[i];
    if (value.is_object() && (value.key(i) == "role" || value.key(i) == "type")) continue;
    TRY(add_texts(entry, counts));
  }
  return {};
}

Status add_record(const Record& record, const std::string& name, WordCounts& counts) {
  if (record.is_too_long) return Error{ErrorCode::kLimit, name + ": too long a document; cut it"};
  if (!record.is_json) return counts.add(record.bytes);
  const Document document = TRY(parse_document(record.bytes, name));
  if (!document.is_conversation()) return counts.add(document.text);
  TRY(add_texts(document.messages, counts));
  return add_texts(document.tools, counts);
}

class Reading {
 public:
  Reading(const Order& order, PreTokenizer split) : order_(order), pool_(threads(order)), reader_(order.inputs) {
    counts_.resize(static_cast<size_t>(pool_.threads()), WordCounts(split, pre_tokenizer_implies_nfc(split)));
  }

  Result<WordCounts> read() {
    const int64_t total = TRY(reader_.total_bytes());
    Progress progress("reading", Progress::Unit::kBytes);
    for (;;) {
      std::vector<Record> batch;
      if (!TRY(reader_.read_batch(kBatchBytes * pool_.threads(), batch))) break;
      TRY(count(batch));
      if (interrupted()) return interruption();
      progress.update(reader_.bytes_taken(), total);
    }
    for (size_t i = 1; i < counts_.size(); ++i) TRY(counts_[0].add(counts_[i]));
    return std::move(counts_[0]);
  }

  int64_t left_out() const { return left_out_; }

 private:
  static int threads(const Order& order) {
    return order.threads > 0 ? static_cast<int>(order.threads) : ThreadPool::default_threads();
  }

  Status count(const std::vector<Record>& batch) {
    std::vector<std::optional<Error>> errors(batch.size());
    pool_.for_ranges(static_cast<int64_t>(batch.size()), 16, [&](int64_t begin, int64_t end, int worker) {
      for (int64_t i = begin; i < end; ++i) {
        const Record& record = batch[static_cast<size_t>(i)];
        const Status added = add_record(record, reader_.name_of(record), counts_[static_cast<size_t>(worker)]);
        if (!added.ok()) errors[static_cast<size_t>(i)] = added.error();
      }
    });
    for (const std::optional<Error>& error : errors) {
      if (!error) continue;
      if (!order_.skip_broken || error->code == ErrorCode::kLimit) {
        return Error{error->code,
                     error->message + (order_.skip_broken ? "" : " (--skip-broken leaves such lines out)")};
      }
      ++left_out_;
    }
    return {};
  }

  const Order& order_;
  ThreadPool pool_;
  RecordReader reader_;
  std::vector<WordCounts> counts_;
  int64_t left_out_ = 0;
};

Status write_text(const std::string& path, std::string_view text) {
  AtomicFile file = TRY(AtomicFile::create(path));
  TRY(file.write(text));
  return file.commit();
}

std::string report(const Order& order, const TrainedBpe& trained, size_t special, const WordCounts& counts) {
  const auto tokens = static_cast<int64_t>(trained.tokens.size() + special);
  if (!order.json) {
    return concat(order.out, ": ", tokens, " tokens (256 bytes, ", trained.merges.size(), " merges, ", special,
                  " special) from ", readable_count(counts.pieces()), " pieces, ",
                  readable_count(static_cast<int64_t>(counts.size())), " of them different\n");
  }
  JsonWriter json;
  json.begin_object();
  json.member("tokenizer", order.out);
  json.member("tokens", tokens);
  json.member("merges", static_cast<int64_t>(trained.merges.size()));
  json.member("special", static_cast<int64_t>(special));
  json.member("pieces", counts.pieces());
  json.member("different_pieces", static_cast<int64_t>(counts.size()));
  json.end_object();
  return json.text() + "\n";
}

Result<int> train(const Order& order) {
  const PreTokenizer split = order.split == "qwen2" ? PreTokenizer::kQwen2 : PreTokenizer::kQwen35;
  const std::vector<SpecialToken> special = TRY(special_tokens(order));
  const std::optional<std::string> chat = TRY(chat_template(order));
  BpeOptions options;
  options.tokens = order.vocabulary - static_cast<int64_t>(special.size());
  options.count_min = order.count_min;
  for (const SpecialToken& token : special) options.forbidden.push_back(token.text);
  if (options.tokens < 256) {
    return Error{ErrorCode::kUsage, concat("--vocabulary ", order.vocabulary, ": the 256 bytes and ", special.size(),
                                           " special tokens need ", 256 + special.size())};
  }
  const InterruptScope scope;
  Reading reading(order, split);
  const WordCounts counts = TRY(reading.read());
  if (reading.left_out() > 0) log_warning(concat(reading.left_out(), " broken lines were left out"));
  if (counts.pieces() == 0) return Error{ErrorCode::kInvalid, "the inputs hold no text to learn from"};
  Progress progress("merging");
  options.on_progress = [&](int64_t done, int64_t total) {
    progress.update(done, total);
    return !interrupted();
  };
  const TrainedBpe trained = TRY(train_bpe(counts, options));
  progress.clear();
  if (static_cast<int64_t>(trained.tokens.size()) < options.tokens) {
    log_warning(concat("the text has no more pairs to merge: the vocabulary is smaller than asked for"));
  }
  const TrainedTokenizer made(trained, special, split);
  const std::string json = made.json();
  TRY(Tokenizer::from_json(json));  // what is written can be read
  TRY(make_directories(order.out));
  TRY(write_text(
      order.out + "/tokenizer_config.json",
      tokenizer_config_json(made.vocabulary(), chat ? std::optional<std::string_view>(*chat) : std::nullopt)));
  TRY(write_text(order.out + "/tokenizer.json", json));
  TRY(write_output(report(order, trained, special.size(), counts)));
  return 0;
}

Result<int> train_tokenizer_command(int argc, const char* const* argv) {
  CommandLine line(
      "capy tokenizer train",
      "Learn a vocabulary from texts: byte-level BPE, as Qwen's. The directory OUT gets tokenizer.json and\n"
      "tokenizer_config.json, which capy and the Hugging Face libraries read. Inputs are JSON lines (*.jsonl, with\n"
      "\"text\" or \"messages\") or plain text, each also compressed (*.zst). The result depends on nothing but the\n"
      "texts: not on their order, nor on the number of threads.",
      "  capy tokenizer train ./tokenizer stories.jsonl.zst --vocabulary 8192\n"
      "  capy tokenizer train ./tokenizer *.jsonl.zst --special chat --template chat_template.jinja\n"
      "  capy tokenize ./tokenizer < text.txt\n");
  Order order;
  line.add_option("OUT", order.out, "the directory to make")->required()->check(not_empty())->type_name("");
  line.add_option("FILES", order.inputs, "texts to learn from")->required()->type_name("");
  line.add_option("--vocabulary", order.vocabulary, "tokens in all; 8192 when left out")
      ->check(in_range(256, 1 << 20))
      ->type_name("N");
  line.add_option("--special", order.special,
                  "special tokens: qwen3.5 (all 33, the default), chat (9), or a file with one on each line")
      ->type_name("NAME|FILE");
  line.add_option("--split", order.split, "how text is cut into words: qwen3.5 (the default) or qwen2")
      ->check(CLI::IsMember({"qwen3.5", "qwen2"}))
      ->type_name("NAME");
  line.add_option("--template", order.template_file, "the chat template to put into tokenizer_config.json")
      ->type_name("FILE");
  line.add_option("--min-count", order.count_min, "merge no pair that is seen less often; 2 when left out")
      ->check(in_range(1, INT64_MAX))
      ->type_name("N");
  line.add_flag("--skip-broken", order.skip_broken, "leave out lines that cannot be read, instead of stopping");
  line.add_option("--threads", order.threads, "processor cores to use")
      ->check(in_range(1, ThreadPool::kThreadsMax))
      ->type_name("N");
  line.add_flag("--json", order.json, "the result as one JSON object");
  if (const auto ended = TRY(line.read(argc, argv))) return *ended;
  return train(order);
}

constexpr Command kParts[] = {{"train", "learn a vocabulary from texts", train_tokenizer_command}};

}  // namespace

Result<int> tokenizer_command(int argc, const char* const* argv) {
  return start_part("tokenizer", "Vocabularies: how text becomes tokens.",
                    "  capy tokenizer train ./tokenizer stories.jsonl.zst --vocabulary 8192\n", kParts, argc, argv);
}

}  // namespace capy
