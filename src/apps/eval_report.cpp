// SPDX-License-Identifier: Apache-2.0
#include "apps/eval_report.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "apps/figures.h"
#include "apps/terminal.h"
#include "base/concat.h"
#include "base/json.h"

namespace capy {
namespace {

// Columns as wide as their widest cell; all but the first one to the right.
class Table {
 public:
  explicit Table(std::vector<std::string> heads) { rows_.push_back(std::move(heads)); }
  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }

  std::string text() const {
    std::vector<size_t> widths(rows_[0].size());
    for (const auto& row : rows_) {
      for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
    }
    std::string text;
    for (const auto& row : rows_) {
      std::string line = padded(row[0], widths[0]);
      for (size_t i = 1; i < row.size(); ++i) {
        line += concat("  ", std::string(widths[i] - row[i].size(), ' '), row[i]);
      }
      text += line + "\n";
    }
    return text;
  }

 private:
  std::vector<std::vector<std::string>> rows_;
};

std::string percent(double share) { return concat(fixed(100 * share, 1), " %"); }
std::string interval(const Share& share) {
  return concat(fixed(100 * share.low(), 1), " - ", fixed(100 * share.high(), 1), " %");
}
std::string of_total(const Share& share) {
  return concat(readable_count(share.right), " of ", readable_count(share.total));
}

void add_shares(Table& table, const std::string& name, const JudgedShares& shares) {
  table.add({name, percent(shares.by_likelihood.value()), interval(shares.by_likelihood),
             percent(shares.by_byte.value()), interval(shares.by_byte), readable_count(shares.by_byte.total)});
}

void begin(JsonWriter& json, const EvalSubject& subject) {
  json.begin_object();
  json.member("model", subject.model);
  json.member("file", subject.file);
}

void describe(JsonWriter& json, const std::string& name, const Share& share) {
  json.member(name, share.value());
  json.key(name + "_95");
  json.begin_array();
  json.value(share.low());
  json.value(share.high());
  json.end_array();
}

void describe(JsonWriter& json, const JudgedShares& shares) {
  json.member("items", shares.by_likelihood.total);
  json.member("right", shares.by_likelihood.right);
  describe(json, "accuracy", shares.by_likelihood);
  json.member("right_per_byte", shares.by_byte.right);
  describe(json, "accuracy_per_byte", shares.by_byte);
}

void describe(JsonWriter& json, const Share& share) {
  json.member("items", share.total);
  json.member("right", share.right);
  describe(json, "accuracy", share);
}

template <class Groups>
void describe_groups(JsonWriter& json, const Groups& groups) {
  if (groups.empty()) return;
  json.key("groups");
  json.begin_object();
  for (const auto& [name, shares] : groups) {
    json.key(name);
    json.begin_object();
    describe(json, shares);
    json.end_object();
  }
  json.end_object();
}

std::string positions_of(const PositionSurprise& surprise) {
  const int64_t last = surprise.to - 1;
  return surprise.from == last ? concat(last) : concat(surprise.from, " - ", last);
}

}  // namespace

std::string bits_text(const TextBits& bits) {
  std::string text =
      concat("bits per byte    ", fixed(bits.bits_per_byte(), 4), " +- ", fixed(bits.bits_per_byte_error(), 4), "\n",
             "nats per token   ", fixed(bits.nats.mean, 4), " +- ", fixed(bits.nats.standard_error, 4), "\n",
             "perplexity       ", fixed(bits.perplexity(), 3), "\n", "over ", readable_count(bits.tokens), " tokens, ",
             readable_count(bits.bytes), " bytes, in ", readable_count(bits.windows), " windows of ", bits.window,
             " tokens\n\n");
  Table table({"tokens before", "perplexity", "nats per token", "tokens"});
  for (const PositionSurprise& surprise : bits.by_position) {
    table.add({positions_of(surprise), fixed(std::exp(surprise.nats.mean), 3),
               concat(fixed(surprise.nats.mean, 4), " +- ", fixed(surprise.nats.standard_error, 4)),
               readable_count(surprise.tokens)});
  }
  return text + table.text();
}

std::string bits_json(const EvalSubject& subject, const TextBits& bits) {
  JsonWriter json;
  begin(json, subject);
  json.member("bits_per_byte", bits.bits_per_byte());
  json.member("bits_per_byte_error", bits.bits_per_byte_error());
  json.member("nats_per_token", bits.nats.mean);
  json.member("nats_per_token_error", bits.nats.standard_error);
  json.member("perplexity", bits.perplexity());
  json.member("tokens", bits.tokens);
  json.member("bytes", bits.bytes);
  json.member("window", bits.window);
  json.member("windows", bits.windows);
  json.key("by_position");
  json.begin_array();
  for (const PositionSurprise& surprise : bits.by_position) {
    json.begin_object();
    json.member("tokens_before", surprise.from);
    json.member("tokens_before_last", surprise.to - 1);
    json.member("tokens", surprise.tokens);
    json.member("nats_per_token", surprise.nats.mean);
    json.member("nats_per_token_error", surprise.nats.standard_error);
    json.member("perplexity", std::exp(surprise.nats.mean));
    json.end_object();
  }
  json.end_array();
  json.end_object();
  return json.text() + "\n";
}

std::string judged_text(const JudgedItems& judged) {
  Table table({"", "right", "95 % sure", "per byte", "95 % sure", "items"});
  for (const auto& [name, shares] : judged.groups) add_shares(table, harmless(name), shares);
  add_shares(table, "all", judged.all);
  return concat(table.text(), "guessing gets ", percent(judged.chance), "\n");
}

std::string judged_json(const EvalSubject& subject, const JudgedItems& judged) {
  JsonWriter json;
  begin(json, subject);
  describe(json, judged.all);
  json.member("chance", judged.chance);
  describe_groups(json, judged.groups);
  json.end_object();
  return json.text() + "\n";
}

std::string exact_text(const ExactMatch& match) {
  Table table({"", "right", "95 % sure", "items"});
  const auto add = [&](const std::string& name, const Share& share) {
    table.add({name, percent(share.value()), interval(share), of_total(share)});
  };
  for (const auto& [name, share] : match.groups) add(harmless(name), share);
  add("all", match.all);
  return table.text();
}

std::string exact_json(const EvalSubject& subject, const ExactMatch& match) {
  JsonWriter json;
  begin(json, subject);
  describe(json, match.all);
  describe_groups(json, match.groups);
  json.end_object();
  return json.text() + "\n";
}

std::string answer_json(const ExactItem& item, const std::string& answer, bool is_right) {
  JsonWriter json;
  json.begin_object();
  json.member("where", item.where);
  if (item.messages().exists()) {
    json.member("messages", item.messages());
  } else {
    json.member("prompt", item.prompt);
  }
  json.member("answer", answer);
  json.member("right", is_right);
  json.end_object();
  return json.text();
}

}  // namespace capy
