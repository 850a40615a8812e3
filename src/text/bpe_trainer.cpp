// SPDX-License-Identifier: Apache-2.0
// All distinct words stand behind one another in one array of symbols, linked to their neighbours within the word. Each
// pair knows its count and the places of its left symbols; a merge visits these alone and corrects the counts of the
// neighbouring pairs. Places and the heap's entries may be out of date: they are checked when they are used.
#include "text/bpe_trainer.h"

#include <algorithm>
#include <array>
#include <queue>
#include <unordered_map>
#include <unordered_set>

#include "base/concat.h"
#include "text/byte_alphabet.h"

namespace capy {
namespace {

constexpr uint32_t kNone = UINT32_MAX;
constexpr int32_t kDead = -1;            // merged into the symbol on its left
constexpr int64_t kProgressMerges = 64;  // between two calls

// The bytes in the order of the characters that they are written as.
std::vector<std::string> single_bytes() {
  std::vector<std::string> tokens;
  for (int byte = 0; byte < 256; ++byte) tokens.emplace_back(1, static_cast<char>(byte));
  std::sort(tokens.begin(), tokens.end(), [](const std::string& a, const std::string& b) {
    const auto rank = [](const std::string& token) {
      std::string written;
      append_alphabet_written(written, token);
      return std::pair(written.size(), written);  // UTF-8 of two bytes is above all of one
    };
    return rank(a) < rank(b);
  });
  return tokens;
}

struct Pair {
  int32_t left = 0;
  int32_t right = 0;
  int64_t count = 0;
  std::vector<uint32_t> places;
  int64_t raised_at = -1;  // the merge that last made it more frequent
};

struct Candidate {
  int64_t count = 0;
  int32_t left = 0;
  int32_t right = 0;
  uint32_t pair = 0;

  // True if `other` comes first.
  bool operator<(const Candidate& other) const {
    if (count != other.count) return count < other.count;
    if (left != other.left) return left > other.left;
    return right > other.right;
  }
};

class Trainer {
 public:
  explicit Trainer(const BpeOptions& options) : options_(options) {
    trained_.tokens = single_bytes();
    for (size_t id = 0; id < trained_.tokens.size(); ++id) {
      ids_[trained_.tokens[id]] = static_cast<int32_t>(id);
      byte_ids_[static_cast<unsigned char>(trained_.tokens[id][0])] = static_cast<int32_t>(id);
    }
    forbidden_.insert(options.forbidden.begin(), options.forbidden.end());
  }

  void read(const WordCounts& words) {
    for (size_t i = 0; i < words.size(); ++i) {
      const WordCounts::Word word = words.word(i);
      counts_.push_back(word.count);
      const auto first = static_cast<uint32_t>(symbols_.size());
      for (const char byte : word.bytes) {
        const auto at = static_cast<uint32_t>(symbols_.size());
        symbols_.push_back(byte_ids_[static_cast<unsigned char>(byte)]);
        previous_.push_back(at == first ? kNone : at - 1);
        next_.push_back(at - first + 1 == word.bytes.size() ? kNone : at + 1);
        word_of_.push_back(static_cast<uint32_t>(i));
        if (at != first) add(at - 1, word.count);
      }
    }
    for (uint32_t i = 0; i < pairs_.size(); ++i) push(i);
  }

  Result<TrainedBpe> train() {
    const auto wanted = static_cast<size_t>(std::max<int64_t>(options_.tokens, 256));
    while (trained_.tokens.size() < wanted && !candidates_.empty()) {
      const Candidate top = candidates_.top();
      candidates_.pop();
      const int64_t count = pairs_[top.pair].count;
      if (count < top.count && count > 0) push(top.pair);
      if (count != top.count) continue;
      if (count < std::max<int64_t>(options_.count_min, 1)) break;
      merge(top.pair);
      const auto done = static_cast<int64_t>(trained_.merges.size());
      if (done % kProgressMerges == 0 && options_.on_progress &&
          !options_.on_progress(done, static_cast<int64_t>(wanted) - 256)) {
        return Error{ErrorCode::kCancelled, "stopped"};
      }
    }
    return std::move(trained_);
  }

 private:
  static uint64_t key(int32_t left, int32_t right) {
    return static_cast<uint64_t>(static_cast<uint32_t>(left)) << 32 | static_cast<uint32_t>(right);
  }

  void push(uint32_t i) { candidates_.push({pairs_[i].count, pairs_[i].left, pairs_[i].right, i}); }

  // The pair that begins at `at` occurs `count` times more.
  void add(uint32_t at, int64_t count) {
    const int32_t left = symbols_[at];
    const int32_t right = symbols_[next_[at]];
    const auto [found, is_new] = pair_ids_.try_emplace(key(left, right), static_cast<uint32_t>(pairs_.size()));
    if (is_new) pairs_.push_back({left, right, 0, {}, -1});
    Pair& pair = pairs_[found->second];
    pair.count += count;
    pair.places.push_back(at);
    const auto merges = static_cast<int64_t>(trained_.merges.size());
    if (pair.raised_at == merges) return;
    pair.raised_at = merges;
    raised_.push_back(found->second);
  }

  void remove(uint32_t at, int64_t count) {
    pairs_[pair_ids_.at(key(symbols_[at], symbols_[next_[at]]))].count -= count;
  }

  void merge(uint32_t which) {
    const int32_t left = pairs_[which].left;
    const int32_t right = pairs_[which].right;
    std::vector<uint32_t> places = std::move(pairs_[which].places);
    pairs_[which].places = {};
    std::string both = trained_.tokens[static_cast<size_t>(left)] + trained_.tokens[static_cast<size_t>(right)];
    if (forbidden_.contains(both)) {
      pairs_[which].count = 0;
      return;
    }
    const auto [known, is_new] = ids_.try_emplace(both, static_cast<int32_t>(trained_.tokens.size()));
    if (is_new) trained_.tokens.push_back(std::move(both));
    trained_.merges.push_back({left, right});
    raised_.clear();
    // From left to right, so that of "aaa" the first two join.
    if (!std::is_sorted(places.begin(), places.end())) std::sort(places.begin(), places.end());
    for (const uint32_t at : places) merge_at(at, left, right, known->second);
    pairs_[which].count = 0;
    pairs_[which].places = {};
    for (const uint32_t i : raised_) push(i);
  }

  void merge_at(uint32_t at, int32_t left, int32_t right, int32_t joined) {
    if (symbols_[at] != left || next_[at] == kNone || symbols_[next_[at]] != right) return;
    const int64_t count = counts_[word_of_[at]];
    const uint32_t before = previous_[at];
    const uint32_t second = next_[at];
    const uint32_t after = next_[second];
    if (before != kNone) remove(before, count);
    if (after != kNone) {
      remove(second, count);
      previous_[after] = at;
    }
    symbols_[at] = joined;
    symbols_[second] = kDead;
    next_[at] = after;
    if (before != kNone) add(before, count);
    if (after != kNone) add(at, count);
  }

  const BpeOptions& options_;
  TrainedBpe trained_;
  std::unordered_map<std::string, int32_t> ids_;
  std::unordered_set<std::string> forbidden_;
  std::array<int32_t, 256> byte_ids_{};

  std::vector<int64_t> counts_;   // by word
  std::vector<int32_t> symbols_;  // of all words, one behind another; the next four are parallel to it
  std::vector<uint32_t> previous_;
  std::vector<uint32_t> next_;
  std::vector<uint32_t> word_of_;

  std::unordered_map<uint64_t, uint32_t> pair_ids_;
  std::vector<Pair> pairs_;
  std::vector<uint32_t> raised_;  // pairs that the current merge has made more frequent
  std::priority_queue<Candidate> candidates_;
};

}  // namespace

Result<TrainedBpe> train_bpe(const WordCounts& words, const BpeOptions& options) {
  Trainer trainer(options);
  trainer.read(words);
  return trainer.train();
}

}  // namespace capy
