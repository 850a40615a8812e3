// SPDX-License-Identifier: Apache-2.0
// A saved sequence: what is needed to go on without prefill.
//
//   magic "CAPYSEQ1"
//   key: u64[8]   model identity, product, KV type, arithmetic version, page tokens, window, KV bytes a page, state
//   bytes lora_count: u64, then per adapter its number: i64 (adapters themselves are part of the key's model identity)
//   token_count: u64, computed: u64, tokens: i32[token_count]
//   KV pages: u64 count, then each page whole
//   state: u64 0 or 1; if 1, the state S and the convolution columns of position `computed`, of every layer
//   checksum: u64, XXH3 of everything before it
//
// `computed` is the last boundary at or before the sequence's end (the end itself for models without linear attention):
// the at most 31 tokens after it are computed again, which is cheaper than storing their log (DESIGN 2).
#include <xxhash.h>

#include <cstring>

#include "base/atomic_file.h"
#include "base/concat.h"
#include "base/mapped_file.h"
#include "engine/parts.h"

namespace capy {
namespace {

constexpr char kMagic[8] = {'C', 'A', 'P', 'Y', 'S', 'E', 'Q', '1'};
constexpr size_t kKeyWords = 8;

// Writes pieces and keeps the checksum.
class Writer {
 public:
  explicit Writer(AtomicFile file) : file_(std::move(file)), state_(XXH3_createState()) { XXH3_64bits_reset(state_); }
  ~Writer() { XXH3_freeState(state_); }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  Status bytes(const void* data, int64_t count) {
    XXH3_64bits_update(state_, data, static_cast<size_t>(count));
    return file_.write(std::span(static_cast<const std::byte*>(data), static_cast<size_t>(count)));
  }
  Status number(uint64_t value) { return bytes(&value, sizeof value); }
  Status finish() {
    TRY(number(XXH3_64bits_digest(state_)));
    return file_.commit();
  }

 private:
  AtomicFile file_;
  XXH3_state_t* state_;
};

// Reads pieces; running off the end is an error that names the file.
class Reader {
 public:
  Reader(std::span<const std::byte> bytes, std::string_view path) : rest_(bytes), path_(path) {}

  Result<std::span<const std::byte>> bytes(uint64_t count) {
    if (count > rest_.size()) return Error{ErrorCode::kCorrupt, concat(path_, ": the saved sequence is cut short")};
    const auto part = rest_.first(count);
    rest_ = rest_.subspan(count);
    return part;
  }
  Result<uint64_t> number() {
    uint64_t value = 0;
    const auto part = TRY(bytes(sizeof value));
    std::memcpy(&value, part.data(), sizeof value);
    return value;
  }
  bool at_end() const { return rest_.empty(); }

 private:
  std::span<const std::byte> rest_;
  std::string_view path_;
};

}  // namespace

std::vector<uint64_t> Engine::Parts::sequence_key() const {
  uint64_t identity = model.checkpoint().identity();
  for (size_t i = 0; i < options.loras.size(); ++i) {
    const uint64_t content = model.lora_identities()[i];
    identity = XXH3_64bits_withSeed(&content, sizeof content, identity);
    identity = XXH3_64bits_withSeed(&options.loras[i].scale, sizeof(float), identity);
  }
  return {identity,
          static_cast<uint64_t>(model.product()),
          static_cast<uint64_t>(kv_type),
          kArithmeticVersion,
          static_cast<uint64_t>(KvLayout::kPageTokens),
          static_cast<uint64_t>(StateLayout::kWindow),
          static_cast<uint64_t>(kv.slots().slot_bytes()),
          static_cast<uint64_t>(model.state_layout().state_bytes())};
}

Status Engine::save(SequenceId id, std::string_view path) const {
  const Sequence& sequence = parts_->sequence(id);
  Writer out(TRY(AtomicFile::create(path)));
  TRY(out.bytes(kMagic, sizeof kMagic));
  for (const uint64_t word : parts_->sequence_key()) TRY(out.number(word));
  TRY(out.number(sequence.loras.size()));
  for (const int32_t lora : sequence.loras) TRY(out.number(static_cast<uint64_t>(lora)));
  const int64_t computed = sequence.state ? sequence.state->current().boundary : sequence.computed;
  TRY(out.number(sequence.tokens.size()));
  TRY(out.number(static_cast<uint64_t>(computed)));
  TRY(out.bytes(sequence.tokens.data(), sequence.length() * 4));
  const int64_t pages = (computed + KvLayout::kPageTokens - 1) / KvLayout::kPageTokens;
  TRY(out.number(static_cast<uint64_t>(pages)));
  const int64_t page_bytes = parts_->kv.slots().slot_bytes();
  const int64_t full_pages = computed / KvLayout::kPageTokens;
  for (int64_t page = 0; page < full_pages; ++page)
    TRY(out.bytes(sequence.kv.pages()[static_cast<size_t>(page)], page_bytes));
  if (pages > full_pages) {  // without what was there behind the tokens that are saved
    std::vector<std::byte> tail(static_cast<size_t>(page_bytes));
    std::memcpy(tail.data(), sequence.kv.pages()[static_cast<size_t>(full_pages)], tail.size());
    parts_->kv.layout().clear_page_from(tail.data(), computed % KvLayout::kPageTokens);
    TRY(out.bytes(tail.data(), page_bytes));
  }
  TRY(out.number(sequence.state ? 1 : 0));
  if (sequence.state) {
    const StateLayout& layout = parts_->states->layout();
    const StateWindow& window = sequence.state->current();
    for (int64_t layer = 0; layer < layout.layers; ++layer) {
      TRY(out.bytes(parts_->states->state(window.state, layer), layout.state_floats() * 4));
      TRY(out.bytes(parts_->states->log(window.log, layer).columns, layout.columns_floats() * 4));
    }
  }
  return out.finish();
}

Result<SequenceId> Engine::restore(std::string_view path) {
  const MappedFile file = TRY(MappedFile::open(path));
  const auto foreign = [&](std::string_view why) { return Error{ErrorCode::kInvalid, concat(path, ": ", why)}; };
  const std::span<const std::byte> bytes = file.bytes();
  if (bytes.size() < sizeof kMagic + 8 || std::memcmp(bytes.data(), kMagic, sizeof kMagic) != 0)
    return foreign("is not a saved sequence of capy");
  uint64_t checksum = 0;
  std::memcpy(&checksum, bytes.data() + bytes.size() - 8, 8);
  if (XXH3_64bits(bytes.data(), bytes.size() - 8) != checksum) {
    return Error{ErrorCode::kCorrupt, concat(path, ": the saved sequence is damaged (its checksum is wrong)")};
  }
  Reader in(bytes.subspan(sizeof kMagic, bytes.size() - sizeof kMagic - 8), path);
  const std::vector<uint64_t> key = parts_->sequence_key();
  static_assert(kKeyWords == 8);
  for (const uint64_t word : key) {
    if (TRY(in.number()) != word) return foreign("was saved with another model, type, adapter or version of capy");
  }
  const uint64_t lora_count = TRY(in.number());
  if (lora_count > static_cast<uint64_t>(parts_->options.limits.loras_max)) return foreign("names too many adapters");
  std::vector<int32_t> loras;
  for (uint64_t i = 0; i < lora_count; ++i) {
    const uint64_t lora = TRY(in.number());
    if (lora >= parts_->options.loras.size()) return foreign("names an adapter that is not loaded");
    loras.push_back(static_cast<int32_t>(lora));
  }
  const uint64_t token_count = TRY(in.number());
  const uint64_t computed = TRY(in.number());
  if (token_count > static_cast<uint64_t>(context_tokens()))
    return foreign(concat("has ", token_count, " tokens; the context holds ", context_tokens()));
  if (computed > token_count || (parts_->states && computed % StateLayout::kWindow != 0))
    return foreign("states an impossible length");
  const auto token_bytes = TRY(in.bytes(token_count * 4));
  const uint64_t pages = TRY(in.number());
  if (pages != (computed + KvLayout::kPageTokens - 1) / KvLayout::kPageTokens)
    return foreign("has a wrong number of pages");
  const auto page_bytes = TRY(in.bytes(pages * static_cast<uint64_t>(parts_->kv.slots().slot_bytes())));
  if (TRY(in.number()) != (parts_->states ? 1U : 0U)) return foreign("is of another kind of model");
  const StateLayout layout = parts_->model.state_layout();
  const auto state_bytes = TRY(in.bytes(
      parts_->states ? static_cast<uint64_t>(layout.layers * (layout.state_floats() + layout.columns_floats()) * 4)
                     : 0));
  if (!in.at_end()) return foreign("has bytes after its end");

  // Everything is checked: only now a sequence is made, and memory is the one thing that can still be missing.
  Sequence* const sequence = TRY(parts_->add_sequence());
  const auto fill = [&]() -> Status {
    TRY(sequence->kv.grow(static_cast<int64_t>(computed)));
    if (parts_->states) TRY(sequence->state->begin_at(static_cast<int64_t>(computed)));
    return {};
  };
  const Status filled = fill();
  if (!filled.ok()) {
    parts_->remove_sequence(sequence->id);
    return filled.error();
  }
  for (uint64_t page = 0; page < pages; ++page) {
    const auto slot = static_cast<size_t>(parts_->kv.slots().slot_bytes());
    std::memcpy(sequence->kv.page_at(static_cast<int64_t>(page) * KvLayout::kPageTokens),
                page_bytes.data() + page * slot, slot);
  }
  const std::byte* from = state_bytes.data();
  for (int64_t layer = 0; parts_->states && layer < layout.layers; ++layer) {
    const StateWindow& window = sequence->state->current();
    std::memcpy(parts_->states->state(window.state, layer), from, static_cast<size_t>(layout.state_floats()) * 4);
    from += layout.state_floats() * 4;
    std::memcpy(parts_->states->log(window.log, layer).columns, from, static_cast<size_t>(layout.columns_floats()) * 4);
    from += layout.columns_floats() * 4;
  }
  sequence->tokens.resize(token_count);
  std::memcpy(sequence->tokens.data(), token_bytes.data(), token_bytes.size());
  for (const int32_t token : sequence->tokens) {
    if (token >= 0 && token < vocab()) continue;
    parts_->remove_sequence(sequence->id);
    return foreign("has a token that is not in the vocabulary");
  }
  if (file.damaged()) {
    parts_->remove_sequence(sequence->id);
    return Error{ErrorCode::kCorrupt, concat(path, ": the saved sequence was cut short while it was read")};
  }
  sequence->computed = static_cast<int64_t>(computed);
  sequence->logits_from = sequence->computed;
  sequence->loras = std::move(loras);
  return sequence->id;
}

}  // namespace capy
