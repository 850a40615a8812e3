// SPDX-License-Identifier: Apache-2.0
// The engine: a model, its caches, and sequences that grow step by step in one batch.
//
// Two levels share one scheduler. Sequences: append tokens, take logits, fork, truncate, drop, save. Requests: a
// prompt, a sampler and stop rules on a sequence of their own. step() does one batch: every decoding sequence advances
// by one token, or by more where drafts of its request are accepted, and what room is left goes to prefill chunks. What
// a token's logits are never depends on what else is in the batch.
//
// Thread safety: one thread at a time (the engine thread). The pool's workers run only inside step(). Callbacks run
// inside step(): they may call cancel() and the getters, nothing else of the engine. The weights, and all memory for up
// to `sequences_max` sequences' bookkeeping, are taken at open; KV pages and state windows come from pools that grow as
// they are used, up to the memory budget. A decoding step allocates nothing while pages last (engine_test counts).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cache/kv_pool.h"
#include "engine/request.h"
#include "text/chat_template.h"
#include "text/tokenizer.h"

namespace capy {

class Model;
enum class Product : uint8_t;

enum class ComputeType { kF32, kBF16, kInt8, kInt4 };

std::optional<ComputeType> compute_type_named(std::string_view name);  // "f32", "bf16", "int8", "int4"
std::optional<KvType> kv_type_named(std::string_view name);            // "f32", "bf16", "int8", "int4"
const char* compute_type_name(ComputeType type);
ComputeType compute_type_of(Product product);
Product product_of(ComputeType type);
const char* kv_type_name(KvType type);
// What goes with a compute type: f32 with f32, bf16 with bf16, int8 with the integer types (bf16 for heads that are too
// wide for it).
KvType usual_kv_type(ComputeType type, int64_t head_dim);

// Every bound of the engine, in one place.
struct EngineLimits {
  int64_t context_tokens_max = int64_t{1} << 20;
  int64_t sequences_max = 64;
  int64_t chunk_tokens_max = 4096;
  int64_t requests_max = 1024;  // waiting, running and not yet taken
  int64_t stop_strings_max = 64;
  int64_t stop_string_bytes_max = 1024;
  int64_t loras_max = 16;
  int64_t snapshots_per_sequence_max = 8;
};

struct LoraSource {
  std::string directory;  // of a PEFT adapter
  float scale = 1.0F;     // on top of the adapter's own alpha / r
};

// What may follow `tokens`: writes at most `most` ids to `out` and says how many. Called on the engine's thread.
using DraftSource = std::function<int64_t(std::span<const int32_t> tokens, int64_t most, int32_t* out)>;

// Guesses of the MTP head, which may be replaced before they are put to the model: they would follow `tokens`.
using DraftReviser = std::function<void(std::span<const int32_t> tokens, std::span<int32_t> guesses)>;

// Drafting guesses tokens and has the model check several in one step. The answer is the same, byte for byte.
struct DraftOptions {
  bool enabled = true;
  int64_t fixed = 0;    // always this many (at most kMaxDraft), for tests and measurements; 0: what pays
  DraftSource source;   // drafts instead of look-up and MTP head where it is set: for tests and measurements
  DraftReviser revise;  // where it is set, the MTP head alone drafts, and this has the last word: for measurements
};

struct EngineOptions {
  std::optional<ComputeType> type;  // left out: what the file holds (F32, F16 -> f32; BF16 -> bf16; quantised -> int8)
  bool all_int4 = false;            // with int4: every matrix, not the usual mix (model/weight_mix.h)
  bool two_plane_head = true;       // with int4: the head is not read whole for the best tokens (model/head.h)
  std::optional<KvType> kv;         // left out: usual_kv_type
  int threads = 0;                  // 0: the physical cores
  int64_t context_tokens = 0;       // 0: what the model and the memory budget allow
  int64_t memory_bytes = 0;         // budget for weights, KV, states and activations; 0: 85 % of what is available now
  int64_t chunk_tokens = 256;       // rows of a step
  std::vector<LoraSource> loras;
  // Where weights that had to be converted are kept for the next start (formats/packed_cache.h). "": nowhere.
  std::string cache_directory;
  DraftOptions draft;
  EngineLimits limits;
  // Called on the engine thread with the inputs of each of the model's products, [rows][columns]: for calibration. The
  // name is that of the tensor in the file. May be empty.
  std::function<void(const std::string& matrix, const float* x, int64_t rows, int64_t columns)> on_inputs;
  // Called during open with a fraction of 0..1, for a progress bar. May be empty.
  std::function<void(double)> on_progress;
};

enum class LogitsWanted { kNone, kLast, kAll, kBest };

// Called on the engine thread during step(): the logits after token `position` of the sequence, [vocab] floats that are
// valid during the call. kAll: for every computed position in ascending order; kLast: whenever the sequence has caught
// up; kBest: likewise, but only the largest is sure to be there, others may be -Inf.
using LogitsSink = std::function<void(int64_t position, std::span<const float> logits)>;

class Engine {
 public:
  // `path` as in Checkpoint::open. Reads the tokenizer and the chat template where there are any.
  static Result<std::unique_ptr<Engine>> open(std::string_view path, EngineOptions options);
  ~Engine();

  // --- what it is ---
  const Model& model() const;
  const Tokenizer* tokenizer() const;               // nullptr when the checkpoint has none
  const ChatTemplate* chat_template() const;        // nullptr when the checkpoint has none
  const std::vector<int32_t>& stop_tokens() const;  // end-of-turn and end-of-text ids of this checkpoint
  ComputeType compute_type() const;
  KvType kv_type() const;
  int threads() const;
  const char* isa() const;
  int64_t vocab() const;           // logits per row
  int64_t context_tokens() const;  // a sequence never grows beyond this
  int64_t memory_bytes() const;    // the budget; used_bytes() is what is taken of it now
  int64_t used_bytes() const;

  // --- text ---
  // The rendered prompt as tokens: special tokens only where the template wrote them, never from a message's text.
  Result<std::vector<int32_t>> tokenize_prompt(const RenderedPrompt& prompt) const;

  // --- sequences ---
  Result<SequenceId> create_sequence(std::vector<int32_t> loras = {});
  // Queues tokens; step() computes them. Ids are checked. kLimit when the context would be exceeded (nothing is
  // queued).
  Status append(SequenceId id, std::span<const int32_t> tokens);
  void set_logits(SequenceId id, LogitsWanted wanted, LogitsSink sink);
  // A second sequence with the same tokens; shares pages and states (copy on write). The logits sink is not copied.
  Result<SequenceId> fork(SequenceId id);
  // Cuts to `length` tokens. Free inside the chunk log (at least the last 32 tokens, fewer where a draft that was
  // rejected had crossed a boundary); further back the recurrent state
  // is replayed from the nearest snapshot: the answer is the position from where step() will compute again (length if
  // free).
  Result<int64_t> truncate(SequenceId id, int64_t length);
  void drop(SequenceId id);
  int64_t length(SequenceId id) const;    // tokens, computed or queued
  int64_t computed(SequenceId id) const;  // tokens computed
  std::span<const int32_t> tokens(SequenceId id) const;
  // Writes what is needed to go on without prefill; keyed by model, types, adapters and arithmetic version. Restoring a
  // file of another key or a damaged one is an error and leaves no trace.
  Status save(SequenceId id, std::string_view path) const;
  Result<SequenceId> restore(std::string_view path);

  // --- requests ---
  Result<RequestId> submit(Request request);
  // `prefix`: a sequence whose tokens begin as the request's do is forked instead of computed again.
  Result<RequestId> submit(Request request, SequenceId prefix);
  void cancel(RequestId id);
  bool finished(RequestId id) const;
  // The finished request's response (CHECKed); forgets the request. With kept_sequence the sequence stays for later
  // forks; -1 where there is none to keep (the request failed or never ran).
  Response take(RequestId id, SequenceId* kept_sequence = nullptr);

  // One batch. False when nothing is queued. An error concerns the whole engine: the model file was damaged under the
  // map, or nothing can run because memory is short and no request can give way.
  Result<bool> step();

  // For measurements on an f32 engine: Model::substitute. What sequences have computed before stays as it was.
  bool substitute(const std::string& tensor, std::span<const float> values);
  void end_substitution();

  // The MTP head's logits for rows of a finished sequence (SPEC 3): row i predicts token i+2. For tests and drafting.
  Status mtp_logits(SequenceId id, const LogitsSink& sink);

 private:
  struct Parts;
  explicit Engine(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace capy
