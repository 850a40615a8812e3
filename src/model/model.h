// SPDX-License-Identifier: Apache-2.0
// A model: its configuration, its weights, and the forward pass from tokens to logits.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "cache/kv_pool.h"
#include "cache/state_pool.h"
#include "formats/checkpoint.h"
#include "kernels/kernels.h"
#include "model/batch.h"
#include "model/best_logits.h"
#include "model/config.h"
#include "model/matrix.h"

namespace capy {

struct ModelWeights;

struct ModelOptions {
  Product product = Product::kF32;
  bool all_int4 = false;                    // with kInt4: every matrix, not the usual mix
  bool two_plane_head = true;               // with kInt4: what needs the best logits alone reads less (model/head.h)
  std::function<void(double)> on_progress;  // while weights are read; may be empty
  std::string cache_directory;              // for converted weights (formats/packed_cache.h); "": none
};

// What a model is made of, for `capy show` and the memory budget.
struct ModelSizes {
  int64_t parameters_embedding = 0;
  int64_t parameters_decoder = 0;
  int64_t parameters_head = 0;  // 0 when tied
  int64_t parameters_mtp = 0;
  int64_t weight_bytes = 0;     // as held for computing: mapped or converted
  int64_t converted_bytes = 0;  // of these, in memory of our own
  int64_t step_bytes = 0;       // of these, what a decoding step reads: the decoder's layers and the head; on two
                                // planes, on average so far where only the best logits were wanted
  int64_t parameters() const { return parameters_embedding + parameters_decoder + parameters_head + parameters_mtp; }
};

class Model {
 public:
  // Takes the checkpoint over: weights are views into it.
  static Result<Model> load(Checkpoint checkpoint, const ModelOptions& options, ThreadPool& pool);
  Model(Model&&) noexcept;
  ~Model();

  const ModelConfig& config() const { return config_; }
  const Checkpoint& checkpoint() const { return checkpoint_; }
  Product product() const { return product_; }
  bool has_mtp() const;
  // A file under the weights was cut short or a disk failed: results since then are worthless.
  bool damaged() const;
  // All matrices in the order of loading, as they are held; valid as long as the model.
  const std::vector<NamedMatrix>& matrices() const;
  ModelSizes sizes() const;
  // Bytes that load would hold for computing, from the tensors' shapes alone: to refuse before anything is converted.
  static Result<int64_t> estimated_bytes(const Checkpoint& checkpoint, const ModelConfig& config,
                                         const ModelOptions& options);
  // Which product the file itself suggests (DESIGN 6: --type left out).
  static Product natural_product(const Checkpoint& checkpoint, const ModelConfig& config);

  // A PEFT adapter's side paths beside this model's matrices; `adapter` is the number that batches name it by.
  Status attach_lora(std::string_view directory, int32_t adapter, float scale);

  // For measurements on an f32 model: the matrix of this tensor of the file, and the rows that are looked up in it, are
  // `values` from now on, in the file's order and borrowed; one tensor at a time. False where the forward pass reads no
  // such matrix.
  bool substitute(const std::string& tensor, std::span<const float> values);
  void end_substitution();  // it is the file's again

  // Content hashes of the attached adapters, by their numbers: what a saved state depends on.
  const std::vector<uint64_t>& lora_identities() const { return lora_identities_; }

  KvLayout kv_layout(KvType type) const;
  StateLayout state_layout() const;
  // Arena bytes for a forward of `rows` rows of `slices` sequences on `threads` threads, and for logits in tiles of
  // kLogitRows.
  int64_t activation_bytes(int64_t rows, int64_t slices, int threads) const;

  // Runs the batch. hidden [rows][dim] receives the rows after the final norm. Caches must have been grown for the
  // rows. Allocates from compute.arena only. Tokens must be < config().vocab.
  void forward(Batch batch, float* hidden, Compute& compute) const;

  // logits[rows][vocab] of hidden rows. For many rows call it in tiles of kLogitRows.
  static constexpr int64_t kLogitRows = 16;
  void logits(float* out, const float* hidden, int64_t rows, Compute& compute) const;

  // The same where each row wants only its best logits (best[row].count > 0), for less: the others are right too, or
  // -Inf. Only when has_two_plane_head().
  bool has_two_plane_head() const;
  void best_logits(float* out, const float* hidden, std::span<const BestLogits> best, Compute& compute) const;

  // The likeliest token after a hidden row of the MTP head among the first kDraftVocab ids: a draft need not be right,
  // and byte-level BPE numbers its tokens by how common they were. A whole head of 248,320 rows would cost more than it
  // finds.
  static constexpr int64_t kDraftVocab = 32'768;
  int32_t draft_token(const float* hidden, Compute& compute) const;

  // The MTP head (SPEC 3): out[rows][dim] is its hidden row (after its norm) for the batch's rows, from the main
  // model's hidden rows and the *next* tokens, which are the batch's tokens. logits() of it predict the token after
  // next. The batch's slices name a KV sequence of their own for the MTP layer. Only when has_mtp().
  void forward_mtp(Batch batch, float* out, const float* hidden, Compute& compute) const;
  // Leaves in the head's cache what forward_mtp would, and computes no more: for rows from which nothing is drafted.
  void extend_mtp(Batch batch, const float* hidden, Compute& compute) const;

 private:
  Model(Checkpoint checkpoint, ModelConfig config, Product product, std::unique_ptr<ModelWeights> weights);
  void embed(float* out, std::span<const int32_t> tokens, Compute& compute) const;
  void set_angles(Batch& batch, Compute& compute) const;
  void join_mtp(float* x, const Batch& batch, const float* hidden, Compute& compute) const;

  Checkpoint checkpoint_;
  ModelConfig config_;
  Product product_;
  std::unique_ptr<ModelWeights> weights_;
  std::vector<float> inverse_frequencies_;
  float rope_amplitude_ = 1;
  std::vector<uint64_t> lora_identities_;
};

}  // namespace capy
