// SPDX-License-Identifier: Apache-2.0
// The engine's heart is Engine::step: schedule, forward, deliver logits (which draws tokens), accept.
#include "engine/engine.h"

#include <algorithm>
#include <unordered_map>

#include "base/clock.h"
#include "base/concat.h"
#include "base/cpu.h"
#include "base/log.h"
#include "engine/generation.h"
#include "engine/memory_plan.h"
#include "engine/parts.h"
#include "engine/text_model.h"

namespace capy {
namespace {

Status check_options(const EngineOptions& o) {
  const auto bad = [](std::string_view name, int64_t value, int64_t most) {
    return Error{ErrorCode::kInvalid, concat(name, " is ", value, "; it must lie in 0..", most)};
  };
  if (o.threads < 0 || o.threads > ThreadPool::kThreadsMax) return bad("threads", o.threads, ThreadPool::kThreadsMax);
  if (o.context_tokens < 0 || o.context_tokens > o.limits.context_tokens_max)
    return bad("context", o.context_tokens, o.limits.context_tokens_max);
  if (o.chunk_tokens < 1 || o.chunk_tokens > o.limits.chunk_tokens_max) {
    return Error{ErrorCode::kInvalid,
                 concat("chunk is ", o.chunk_tokens, "; it must lie in 1..", o.limits.chunk_tokens_max)};
  }
  if (static_cast<int64_t>(o.loras.size()) > o.limits.loras_max)
    return bad("the number of adapters", static_cast<int64_t>(o.loras.size()), o.limits.loras_max);
  if (o.draft.fixed < 0 || o.draft.fixed > kMaxDraft) return bad("the number of drafts", o.draft.fixed, kMaxDraft);
  return {};
}

Result<KvType> kv_type_of(const EngineOptions& options, Product product, int64_t head_dim) {
  const KvType type = options.kv.value_or(usual_kv_type(compute_type_of(product), head_dim));
  if (!KvLayout::is_integer(type) || head_dim <= KvLayout::kIntegerHeadMax) return type;
  return Error{ErrorCode::kInvalid,
               concat("this model's heads are ", head_dim, " wide; keys and values as ", kv_type_name(type),
                      " go up to ", KvLayout::kIntegerHeadMax, ": use --kv bf16")};
}

// The model's own ends of an answer: what the configuration, the tokenizer's files and well-known names say.
std::vector<int32_t> collect_stop_tokens(const ModelConfig& config, const std::optional<Tokenizer>& tokenizer) {
  std::vector<int32_t> stops = config.eos_tokens;
  if (tokenizer) stops.insert(stops.end(), tokenizer->stop_tokens().begin(), tokenizer->stop_tokens().end());
  std::sort(stops.begin(), stops.end());
  stops.erase(std::unique(stops.begin(), stops.end()), stops.end());
  return stops;
}

// Up to so many best logits the two planes of a head are faster than the whole of it: more leave too many rows open
// (docs/decisions/0014).
constexpr int64_t kPlaneCountMax = 8;
static_assert(kPlaneCountMax <= BestLogits::kCountMax);

// A model whose tokenizer or template capy cannot use still computes: by --tokens, or with --raw.
template <class T>
std::optional<T> usable(Result<std::optional<T>> opened) {
  if (opened.ok()) return std::move(opened).take();
  log_warning(opened.error().message);
  return std::nullopt;
}

// Activations, the hidden rows of a step (twice: for MTP), and a tile of logits with its gathered rows.
int64_t step_arena_bytes(const Model& model, const EngineOptions& options, int threads) {
  const int64_t rows = options.chunk_tokens;
  return model.activation_bytes(rows, std::min(rows, options.limits.sequences_max), threads) +
         2 * Arena::bytes_for<float>(rows * model.config().dim) +
         Arena::bytes_for<float>((4 * rows + 4) * model.config().dim + Model::kDraftVocab) +
         Arena::bytes_for<float>(Model::kLogitRows * (model.config().vocab + model.config().dim)) + 4096;
}

}  // namespace

std::optional<ComputeType> compute_type_named(std::string_view name) {
  for (const ComputeType type : {ComputeType::kF32, ComputeType::kBF16, ComputeType::kInt8, ComputeType::kInt4}) {
    if (name == compute_type_name(type)) return type;
  }
  return std::nullopt;
}

std::optional<KvType> kv_type_named(std::string_view name) {
  for (const KvType type : {KvType::kF32, KvType::kBF16, KvType::kInt8, KvType::kInt4}) {
    if (name == kv_type_name(type)) return type;
  }
  return std::nullopt;
}

const char* compute_type_name(ComputeType type) {
  switch (type) {
    case ComputeType::kF32: return "f32";
    case ComputeType::kBF16: return "bf16";
    case ComputeType::kInt8: return "int8";
    case ComputeType::kInt4: return "int4";
  }
  return "?";
}

Product product_of(ComputeType type) {
  switch (type) {
    case ComputeType::kF32: return Product::kF32;
    case ComputeType::kBF16: return Product::kBF16;
    case ComputeType::kInt8: return Product::kInt8;
    case ComputeType::kInt4: return Product::kInt4;
  }
  return Product::kF32;
}

ComputeType compute_type_of(Product product) {
  switch (product) {
    case Product::kF32: return ComputeType::kF32;
    case Product::kBF16: return ComputeType::kBF16;
    case Product::kInt8: return ComputeType::kInt8;
    case Product::kInt4: return ComputeType::kInt4;
  }
  return ComputeType::kF32;
}

const char* kv_type_name(KvType type) {
  switch (type) {
    case KvType::kF32: return "f32";
    case KvType::kBF16: return "bf16";
    case KvType::kInt8: return "int8";
    case KvType::kInt4: return "int4";
  }
  return "?";
}

KvType usual_kv_type(ComputeType type, int64_t head_dim) {
  switch (type) {
    case ComputeType::kF32: return KvType::kF32;
    case ComputeType::kBF16: return KvType::kBF16;
    default: return head_dim <= KvLayout::kIntegerHeadMax ? KvType::kInt8 : KvType::kBF16;
  }
}

Result<std::unique_ptr<Engine>> Engine::open(std::string_view path, EngineOptions options) {
  TRY(check_options(options));
  const KernelTable* const kernels = TRY(choose_kernels());
  const int64_t budget = memory_budget(options);
  Checkpoint checkpoint = TRY(Checkpoint::open(path));
  const ModelConfig config = TRY(read_config(checkpoint));
  if (options.context_tokens > config.context) {
    log_warning(concat("the model was made for ", config.context,
                       " tokens; beyond them its answers get worse, whatever --context says"));
  }
  std::optional<Tokenizer> tokenizer = usable(open_tokenizer(checkpoint, options.cache_directory));
  std::optional<ChatTemplate> chat_template = usable(open_chat_template(checkpoint));
  auto pool = std::make_unique<ThreadPool>(options.threads > 0 ? options.threads : ThreadPool::default_threads());
  const Product product = options.type ? product_of(*options.type) : Model::natural_product(checkpoint, config);
  const ModelOptions wanted{.product = product,
                            .all_int4 = options.all_int4,
                            .two_plane_head = options.two_plane_head,
                            .on_progress = options.on_progress,
                            .cache_directory = options.cache_directory};
  const int64_t weight_bytes = TRY(Model::estimated_bytes(checkpoint, config, wanted));
  TRY(check_weights_fit(weight_bytes, budget));
  Model model = TRY(Model::load(std::move(checkpoint), wanted, *pool));
  for (size_t i = 0; i < options.loras.size(); ++i) {
    TRY(model.attach_lora(options.loras[i].directory, static_cast<int32_t>(i), options.loras[i].scale));
  }

  const KvType kv_type = TRY(kv_type_of(options, product, config.head_dim));
  MemoryNeeds needs;
  needs.budget_bytes = budget;
  needs.weight_bytes = model.sizes().weight_bytes;
  needs.activation_bytes = step_arena_bytes(model, options, pool->threads());
  needs.kv = model.kv_layout(kv_type);
  needs.state = model.state_layout();
  needs.model_context = config.context;
  const MemoryPlan plan = TRY(plan_memory(needs, options));
  KvPool kv = TRY(KvPool::create(needs.kv, plan.kv_pages));
  std::optional<StatePool> states;
  if (needs.state.layers > 0) {
    states = TRY(StatePool::create(needs.state, plan.state_sequences * 3,
                                   plan.state_sequences * options.limits.snapshots_per_sequence_max));
  }
  auto parts = std::make_unique<Parts>(std::move(model), std::move(pool), *kernels, std::move(kv), std::move(states),
                                       plan, std::move(options));
  parts->tokenizer = std::move(tokenizer);
  parts->chat_template = std::move(chat_template);
  parts->stop_tokens = collect_stop_tokens(config, parts->tokenizer);
  parts->kv_type = kv_type;
  parts->activation_bytes = needs.activation_bytes;
  return std::unique_ptr<Engine>(new Engine(std::move(parts)));
}

namespace {

// Matrices are known by where their weights lie.
class NamedInputs : public InputWatch {
 public:
  NamedInputs(const Model& model, const EngineOptions& options) : options_(options) {
    for (const NamedMatrix& matrix : model.matrices()) names_.emplace(matrix.view.data, matrix.name);
  }
  void see(const MatrixView& w, const float* x, int64_t rows) override {
    const auto found = names_.find(w.data);
    if (found != names_.end()) options_.on_inputs(found->second, x, rows, w.columns);
  }

 private:
  const EngineOptions& options_;
  std::unordered_map<const void*, std::string> names_;
};

}  // namespace

Engine::Parts::Parts(Model m, std::unique_ptr<ThreadPool> p, const KernelTable& k, KvPool kv_pool,
                     std::optional<StatePool> state_pool, const MemoryPlan& memory_plan, EngineOptions o)
    : options(std::move(o)),
      model(std::move(m)),
      pool(std::move(p)),
      kernels(k),
      kv(std::move(kv_pool)),
      states(std::move(state_pool)),
      plan(memory_plan),
      arena(step_arena_bytes(model, options, pool->threads())),
      compute{kernels, *pool, arena},
      scheduler(options.chunk_tokens, options.limits.sequences_max) {
  if (options.on_inputs) watch = std::make_unique<NamedInputs>(model, options);
  compute.watch = watch.get();
  const auto rows = static_cast<size_t>(options.chunk_tokens);
  batch_tokens.reserve(rows);
  slices.reserve(rows);
  sequences.reserve(static_cast<size_t>(options.limits.sequences_max));
  wanted_rows.reserve(rows);
  best_logits.reserve(Model::kLogitRows);
  running.reserve(rows);
}

Engine::Engine(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Engine::~Engine() = default;

const Model& Engine::model() const { return parts_->model; }
bool Engine::substitute(const std::string& tensor, std::span<const float> values) {
  return parts_->model.substitute(tensor, values);
}
void Engine::end_substitution() { parts_->model.end_substitution(); }

const Tokenizer* Engine::tokenizer() const { return parts_->tokenizer ? &*parts_->tokenizer : nullptr; }
const ChatTemplate* Engine::chat_template() const { return parts_->chat_template ? &*parts_->chat_template : nullptr; }
const std::vector<int32_t>& Engine::stop_tokens() const { return parts_->stop_tokens; }
ComputeType Engine::compute_type() const { return compute_type_of(parts_->model.product()); }
KvType Engine::kv_type() const { return parts_->kv_type; }
int Engine::threads() const { return parts_->pool->threads(); }
const char* Engine::isa() const { return parts_->kernels.isa; }
int64_t Engine::vocab() const { return parts_->model.config().vocab; }
int64_t Engine::context_tokens() const { return parts_->plan.context_tokens; }
int64_t Engine::memory_bytes() const { return parts_->plan.budget_bytes; }

int64_t Engine::used_bytes() const {
  return parts_->model.sizes().weight_bytes + parts_->activation_bytes + parts_->kv.slots().touched_bytes() +
         (parts_->states ? parts_->states->touched_bytes() : 0);
}

Result<std::vector<int32_t>> Engine::tokenize_prompt(const RenderedPrompt& prompt) const {
  if (!parts_->tokenizer)
    return Error{ErrorCode::kNotFound, "this model has no tokenizer; give the prompt as --tokens"};
  std::vector<TextRange> trusted;
  for (const Span& span : prompt.spans) {
    if (span.is_template) trusted.push_back(TextRange{span.begin, span.end});
  }
  std::vector<int32_t> tokens;
  parts_->tokenizer->encode_trusting(prompt.text, trusted, tokens);
  return tokens;
}

// --- sequences ---

Sequence& Engine::Parts::sequence(SequenceId id) const {
  Sequence* const found = find(id);
  CHECK(found !=
        nullptr);  // ids come from create_sequence, fork and restore; using a dropped one is a mistake of the caller
  return *found;
}

Sequence* Engine::Parts::find(SequenceId id) const {
  for (const auto& sequence : sequences) {
    if (sequence->id == id) return sequence.get();
  }
  return nullptr;
}

Result<Sequence*> Engine::Parts::add_sequence() {
  if (static_cast<int64_t>(sequences.size()) >= options.limits.sequences_max) {
    return Error{ErrorCode::kLimit,
                 concat("there are already ", sequences.size(), " sequences, as many as allowed; end one first")};
  }
  sequences.push_back(std::make_unique<Sequence>(next_id++, kv, states ? &*states : nullptr, plan.context_tokens,
                                                 options.limits.snapshots_per_sequence_max));
  return sequences.back().get();
}

void Engine::Parts::remove_sequence(SequenceId id) {
  std::erase_if(sequences, [&](const auto& sequence) { return sequence->id == id; });
}

Status check_loras(std::span<const int32_t> loras, const EngineOptions& options) {
  if (static_cast<int64_t>(loras.size()) > options.limits.loras_max) {
    return Error{ErrorCode::kLimit, concat("at most ", options.limits.loras_max, " adapters are applied at once")};
  }
  for (const int32_t lora : loras) {
    if (lora < 0 || lora >= static_cast<int32_t>(options.loras.size())) {
      return Error{ErrorCode::kInvalid, concat("there is no adapter number ", lora)};
    }
  }
  return {};
}

Result<SequenceId> Engine::create_sequence(std::vector<int32_t> loras) {
  TRY(check_loras(loras, parts_->options));
  Sequence* const sequence = TRY(parts_->add_sequence());
  if (sequence->state) {
    const Status begun = sequence->state->begin();
    if (!begun.ok()) {
      parts_->remove_sequence(sequence->id);
      return begun.error();
    }
  }
  sequence->loras = std::move(loras);
  return sequence->id;
}

Status Engine::append(SequenceId id, std::span<const int32_t> tokens) {
  Sequence& sequence = parts_->sequence(id);
  const int64_t length = sequence.length() + static_cast<int64_t>(tokens.size());
  if (length > context_tokens()) {
    return Error{ErrorCode::kLimit,
                 concat("the maximum context length is ", context_tokens(), " tokens. However, ", length,
                        " tokens are needed (", sequence.length(), " are there, ", tokens.size(),
                        " more were given); append fewer, cut the sequence, or open "
                        "the model with a larger context")};
  }
  for (const int32_t token : tokens) {
    if (token < 0 || token >= vocab())
      return Error{ErrorCode::kInvalid, concat("token ", token, " is not in the vocabulary of ", vocab(), " tokens")};
  }
  sequence.tokens.insert(sequence.tokens.end(), tokens.begin(), tokens.end());
  return {};
}

void Engine::set_logits(SequenceId id, LogitsWanted wanted, LogitsSink sink) {
  Sequence& sequence = parts_->sequence(id);
  sequence.wanted = wanted;
  sequence.sink = std::move(sink);
}

Result<SequenceId> Engine::fork(SequenceId id) {
  Sequence* const copy = TRY(parts_->add_sequence());
  parts_->share(parts_->sequence(id), *copy);
  return copy->id;
}

// Makes the fresh sequence `to` a copy of `from` that shares its pages and states.
void Engine::Parts::share(const Sequence& from, Sequence& to) {
  to.tokens.assign(from.tokens.begin(), from.tokens.end());
  to.computed = from.computed;
  to.logits_from = std::max(from.logits_from, from.computed);
  to.kv.share_from(from.kv);
  if (from.state) to.state->share_from(*from.state);
  to.loras = from.loras;
}

Result<int64_t> Engine::truncate(SequenceId id, int64_t length) {
  Sequence& sequence = parts_->sequence(id);
  if (length < 0 || length > sequence.length()) {
    return Error{ErrorCode::kInvalid,
                 concat("cannot cut to ", length, " tokens: the sequence has ", sequence.length())};
  }
  return parts_->cut(sequence, length);
}

Result<int64_t> Engine::Parts::cut(Sequence& sequence, int64_t length) {
  int64_t restart = std::min(length, sequence.computed);
  if (sequence.state) restart = TRY(sequence.state->truncate(restart));
  sequence.kv.truncate(restart);
  sequence.computed = restart;
  sequence.logits_from = std::min(sequence.logits_from, length);
  sequence.tokens.resize(static_cast<size_t>(length));
  return restart;
}

void Engine::drop(SequenceId id) {
  CHECK(!parts_->delivering);
  Sequence& sequence = parts_->sequence(id);
  if (sequence.generation != nullptr) {
    sequence.generation->cancel();
    sequence.generation->sequence = -1;
  }
  parts_->remove_sequence(id);
}
int64_t Engine::length(SequenceId id) const { return parts_->sequence(id).length(); }
int64_t Engine::computed(SequenceId id) const { return parts_->sequence(id).computed; }

std::span<const int32_t> Engine::tokens(SequenceId id) const {
  const Sequence& sequence = parts_->sequence(id);
  return {sequence.tokens.data(), sequence.tokens.size()};
}

// --- a step ---

Result<bool> Engine::step() {
  parts_->admit();
  parts_->propose_drafts();
  const std::span<const ScheduledRun> runs = parts_->scheduler.next(parts_->sequences);
  if (runs.empty()) return false;
  TRY(parts_->gather(runs));
  if (parts_->slices.empty()) return true;  // the request that had to give way freed its memory: others go on
  const Arena::Scope scope(parts_->arena);
  const auto rows = static_cast<int64_t>(parts_->batch_tokens.size());
  float* const hidden = parts_->arena.allocate<float>(rows * parts_->model.config().dim);
  const double begun = seconds_now();
  parts_->model.forward(parts_->batch(), hidden, parts_->compute);
  const double forward_seconds = seconds_now() - begun;
  parts_->accept();
  Status delivered = parts_->deliver(hidden);
  // A prompt's rows cost otherwise: only steps of decoding sequences say what a draft costs.
  const auto is_decoding = [](const Sequence* s) { return s->generation != nullptr; };
  const bool decoding = std::all_of(parts_->running.begin(), parts_->running.end(), is_decoding) &&
                        rows <= static_cast<int64_t>(parts_->running.size()) * (1 + kMaxDraft) &&
                        static_cast<int64_t>(parts_->wanted_rows.size()) == rows;
  if (decoding) parts_->draft_costs.step_took(rows, forward_seconds + parts_->head_seconds);
  parts_->settle_drafts(hidden);
  TRY(std::move(delivered));
  return true;
}

// Asked after weights were read and before anything that came of them is believed.
Status Engine::Parts::check_file() const {
  if (!model.damaged()) return {};
  return Error{ErrorCode::kCorrupt, concat(model.checkpoint().path(),
                                           ": the model file was cut short or could not be read while it was in use; "
                                           "restore it and start again")};
}

Status Engine::Parts::grow(Sequence& sequence, int64_t tokens, BatchSlice& slice) {
  TRY(sequence.kv.grow(tokens));
  if (sequence.state) {
    const Result<StateAppend> append = sequence.state->grow(tokens);
    if (!append.ok()) {
      sequence.kv.truncate(sequence.computed);
      return append.error();
    }
    slice.state = append.value();
  }
  return {};
}

// Grows the caches of the scheduled sequences and lays out the batch. A sequence for which there is no memory now
// waits: others may end and give theirs back. When nothing else runs, its request fails, or without one, the step.
Status Engine::Parts::gather(std::span<const ScheduledRun> runs) {
  batch_tokens.clear();
  slices.clear();
  running.clear();
  Sequence* blocked = nullptr;
  Error reason;
  for (const ScheduledRun& run : runs) {
    Sequence& sequence = *run.sequence;
    BatchSlice slice;
    slice.row_begin = static_cast<int64_t>(batch_tokens.size());
    slice.position = sequence.computed;
    slice.kv = &sequence.kv;
    slice.loras = sequence.loras;
    const int64_t drafts = sequence.drafts.count;
    Status grown = grow(sequence, run.tokens + drafts, slice);
    if (!grown.ok() && drafts > 0) {  // a guess needs no memory that is short
      sequence.drafts.count = 0;
      grown = grow(sequence, run.tokens, slice);
    }
    if (!grown.ok()) {
      blocked = &sequence;
      reason = std::move(grown).take_error();
      continue;
    }
    const auto first = sequence.tokens.begin() + sequence.computed;
    batch_tokens.insert(batch_tokens.end(), first, first + run.tokens);
    batch_tokens.insert(batch_tokens.end(), sequence.drafts.tokens.begin(),
                        sequence.drafts.tokens.begin() + sequence.drafts.count);
    slice.rows = run.tokens + sequence.drafts.count;
    slices.push_back(slice);
    running.push_back(&sequence);
  }
  if (!slices.empty() || blocked == nullptr) return {};
  if (blocked->generation == nullptr) return reason;
  blocked->generation->fail(std::move(reason));
  blocked->clear();  // its memory serves the others at once; take() will not hand this sequence out
  blocked->tokens.clear();
  blocked->computed = 0;
  return {};
}

Batch Engine::Parts::batch() {
  Batch b;
  b.tokens = batch_tokens;
  b.slices = slices;
  b.states = states ? &*states : nullptr;
  return b;
}

void Engine::Parts::accept() {
  for (size_t i = 0; i < slices.size(); ++i) {
    running[i]->computed += slices[i].rows - running[i]->drafts.count;  // drafts count once they are accepted
    if (running[i]->state) running[i]->state->finish_grow(slices[i].state);
  }
}

// Collects the rows whose logits somebody wants, and runs the head over them in tiles.
Status Engine::Parts::deliver(const float* hidden) {
  wanted_rows.clear();
  head_seconds = 0;
  for (size_t i = 0; i < slices.size(); ++i) {
    Sequence& sequence = *running[i];
    const bool caught_up = sequence.pending() == 0;
    const bool wants_last = sequence.generation != nullptr || sequence.wanted == LogitsWanted::kLast ||
                            sequence.wanted == LogitsWanted::kBest;
    for (int64_t row = 0; row < slices[i].rows; ++row) {
      const int64_t position = slices[i].position + row;
      const bool last = caught_up && row >= slices[i].rows - 1 - sequence.drafts.count;  // and the drafts behind it
      const bool is_new = position >= sequence.logits_from;
      if ((sequence.wanted == LogitsWanted::kAll && is_new) || (wants_last && last)) {
        wanted_rows.push_back(WantedRow{&sequence, slices[i].row_begin + row, position});
      }
    }
    sequence.logits_from = std::max(sequence.logits_from, sequence.computed);
  }
  const int64_t dim = model.config().dim;
  const int64_t vocab = model.config().vocab;
  float* const rows = arena.allocate<float>(Model::kLogitRows * dim);
  float* const logits = arena.allocate<float>(Model::kLogitRows * vocab);
  for (size_t begin = 0; begin < wanted_rows.size(); begin += Model::kLogitRows) {
    const size_t end = std::min(begin + Model::kLogitRows, wanted_rows.size());
    for (size_t i = begin; i < end; ++i) {
      std::copy_n(hidden + wanted_rows[i].row * dim, dim, rows + static_cast<int64_t>(i - begin) * dim);
    }
    const double begun = seconds_now();
    compute_logits(logits, rows, std::span(wanted_rows).subspan(begin, end - begin));
    head_seconds += seconds_now() - begun;
    TRY(check_file());
    delivering = true;
    for (size_t i = begin; i < end; ++i) {
      deliver_row(wanted_rows[i],
                  std::span<const float>(logits + static_cast<int64_t>(i - begin) * vocab, static_cast<size_t>(vocab)));
    }
    delivering = false;
  }
  // A callback may have cancelled another request: what that has queued is not computed any more.
  for (const auto& sequence : sequences) {
    if (sequence->generation != nullptr && sequence->generation->finished())
      sequence->tokens.resize(static_cast<size_t>(sequence->computed));
  }
  return check_file();
}

// One row that wants all its logits has the whole head read, and the others gain nothing by less.
void Engine::Parts::compute_logits(float* out, const float* hidden, std::span<const WantedRow> rows) {
  best_logits.clear();
  if (model.has_two_plane_head()) {
    for (const WantedRow& row : rows) {
      const BestLogits best = best_logits_of(row);
      if (best.count == 0 || best.count > kPlaneCountMax) break;
      best_logits.push_back(best);
    }
  }
  if (best_logits.size() == rows.size()) {
    model.best_logits(out, hidden, best_logits, compute);
  } else {
    model.logits(out, hidden, static_cast<int64_t>(rows.size()), compute);
  }
}

BestLogits Engine::Parts::best_logits_of(const WantedRow& row) const {
  const Sequence& sequence = *row.sequence;
  BestLogits best{.count = 0, .usable = model.config().vocab};
  const bool wants_one = sequence.wanted == LogitsWanted::kBest;
  if (!wants_one && sequence.sink && sequence.wanted != LogitsWanted::kNone) return best;
  if (sequence.generation == nullptr) {
    best.count = wants_one ? 1 : 0;
    return best;
  }
  if (wants_one && sequence.sink) return best;  // two that want different things
  sequence.generation->describe_best(best, sequence.tokens);
  // The row of a draft has the drafts before it in its history.
  const int64_t drafts = row.position - (sequence.length() - 1);
  if (drafts > 0) best.lowered[1] = std::span(sequence.drafts.tokens).first(static_cast<size_t>(drafts));
  return best;
}

void Engine::Parts::deliver_row(const WantedRow& row, std::span<const float> logits) {
  Sequence& sequence = *row.sequence;
  if (sequence.sink && sequence.wanted != LogitsWanted::kNone) sequence.sink(row.position, logits);
  Generation* const generation = sequence.generation;
  if (generation == nullptr || generation->finished() || row.position != sequence.length() - 1) return;
  if (sequence.pending() != 0) return;  // the row of a draft that was wrong
  const std::optional<int32_t> token = generation->accept(logits, sequence.tokens);
  if (!token) return;
  if (sequence.length() >= plan.context_tokens) return generation->end_at_context();
  sequence.tokens.push_back(*token);
  Drafts& drafts = sequence.drafts;
  if (drafts.accepted == drafts.count || drafts.tokens[static_cast<size_t>(drafts.accepted)] != *token) return;
  ++drafts.accepted;  // the token has been computed already: its logits are in the next row
  ++sequence.computed;
}

}  // namespace capy
