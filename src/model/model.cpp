// SPDX-License-Identifier: Apache-2.0
#include "model/model.h"

#include <algorithm>

#include "base/concat.h"
#include "codec/encode.h"
#include "model/layers.h"
#include "model/loader.h"
#include "model/matrix_packing.h"
#include "model/packed_tensor.h"
#include "model/row_source.h"
#include "model/weights.h"

namespace capy {
namespace {

// Llama 3's scaling in GGUF files comes as a tensor of divisors, one for each frequency.
Status read_rope_divisors(const Checkpoint& checkpoint, ModelConfig& config) {
  const Tensor* const divisors = checkpoint.find("rope_freqs.weight");
  if (divisors == nullptr) return {};
  if (divisors->type != DType::kF32 || divisors->count() != config.rope.dims / 2) {
    return Error{ErrorCode::kCorrupt,
                 concat(checkpoint.path(), ": rope_freqs.weight must hold ", config.rope.dims / 2, " floats")};
  }
  config.rope.divisors.resize(static_cast<size_t>(divisors->count()));
  decode(DType::kF32, divisors->bytes, divisors->count(), config.rope.divisors.data());
  return {};
}

struct Count {
  int64_t parameters = 0;
  int64_t bytes = 0;
  int64_t converted = 0;

  void add(const Matrix& m) {
    parameters += m.rows() * m.columns();
    bytes += m.bytes();
    if (m.memory) converted += m.bytes();
    for (const LoraPath& path : m.loras) {
      const int64_t side = (path.a.rows * path.a.columns + path.b.rows * path.b.columns) * 4;
      bytes += side;
      converted += side;
    }
  }
  void add(const Vector& v) {
    parameters += static_cast<int64_t>(v.size());
    bytes += static_cast<int64_t>(v.size()) * 4;
    converted += static_cast<int64_t>(v.size()) * 4;
  }
  template <class... Parts>
  void add_all(const Parts&... parts) {
    (add(parts), ...);
  }
};

void count_layer(const LayerWeights& w, Count& count) {
  count.add_all(w.input_norm, w.post_norm, w.mlp.gate_proj, w.mlp.up_proj, w.mlp.down_proj);
  if (w.attention) {
    const FullAttentionWeights& a = *w.attention;
    count.add_all(a.q_proj, a.k_proj, a.v_proj, a.o_proj, a.q_bias, a.k_bias, a.v_bias, a.o_bias, a.q_norm, a.k_norm);
  } else {
    const DeltaNetWeights& d = *w.delta_net;
    count.add_all(d.in_proj_qkv, d.in_proj_z, d.in_proj_b, d.in_proj_a, d.conv1d, d.neg_exp_A, d.dt_bias, d.norm,
                  d.out_proj);
  }
}

LoadOptions load_options(const ModelOptions& options) {
  return {.product = options.product,
          .on_progress = options.on_progress,
          .all_int4 = options.all_int4,
          .two_plane_head = options.two_plane_head,
          .cache_directory = options.cache_directory};
}

}  // namespace

Result<Model> Model::load(Checkpoint checkpoint, const ModelOptions& options, ThreadPool& pool) {
  ModelConfig config = TRY(read_config(checkpoint));
  TRY(read_rope_divisors(checkpoint, config));
  TRY(check_config(config));  // again: the divisors come from a tensor
  ModelWeights weights = TRY(load_weights(checkpoint, config, load_options(options), pool));
  return Model(std::move(checkpoint), std::move(config), options.product,
               std::make_unique<ModelWeights>(std::move(weights)));
}

Model::Model(Checkpoint checkpoint, ModelConfig config, Product product, std::unique_ptr<ModelWeights> weights)
    : checkpoint_(std::move(checkpoint)),
      config_(std::move(config)),
      product_(product),
      weights_(std::move(weights)),
      inverse_frequencies_(inverse_frequencies(config_.rope)),
      rope_amplitude_(capy::rope_amplitude(config_.rope)) {}

Model::Model(Model&&) noexcept = default;
Model::~Model() = default;

bool Model::damaged() const { return checkpoint_.damaged() || weights_->packed.damaged(); }

bool Model::has_mtp() const { return weights_->mtp.has_value(); }

const std::vector<NamedMatrix>& Model::matrices() const { return weights_->matrices; }

Product Model::natural_product(const Checkpoint& checkpoint, const ModelConfig& config) {
  return capy::natural_product(checkpoint, config);
}

Result<int64_t> Model::estimated_bytes(const Checkpoint& checkpoint, const ModelConfig& config,
                                       const ModelOptions& options) {
  return estimated_weight_bytes(checkpoint, config, load_options(options));
}

ModelSizes Model::sizes() const {
  ModelSizes sizes;
  Count decoder;
  for (const LayerWeights& layer : weights_->layers) count_layer(layer, decoder);
  decoder.add(weights_->norm);
  Count mtp;
  if (weights_->mtp) {
    count_layer(weights_->mtp->layer, mtp);
    mtp.add_all(weights_->mtp->fc, weights_->mtp->embedding_norm, weights_->mtp->hidden_norm, weights_->mtp->norm);
  }
  Count head;
  head.add(weights_->head);
  const bool tied =
      config_.tied ||
      !has_matrix(checkpoint_, checkpoint_.kind() == Checkpoint::Kind::kGguf ? "output.weight" : "lm_head.weight");
  sizes.parameters_embedding = config_.vocab * config_.dim;
  sizes.parameters_decoder = decoder.parameters;
  sizes.parameters_head = tied ? 0 : head.parameters;
  sizes.parameters_mtp = mtp.parameters;
  sizes.weight_bytes = decoder.bytes + mtp.bytes + head.bytes;
  sizes.step_bytes = decoder.bytes + head.bytes;
  // A tied head that lies in the file is the embedding; otherwise the embedding's rows are read from the file besides.
  const bool head_is_embedding = weights_->head.view.data == weights_->embedding.bytes.data();
  if (!head_is_embedding) sizes.weight_bytes += static_cast<int64_t>(weights_->embedding.bytes.size());
  if (const auto& planes = weights_->head_planes) {
    sizes.weight_bytes += planes->bytes();
    sizes.step_bytes += planes->mean_bytes_read() - head.bytes;
    if (weights_->head_memory) sizes.converted_bytes += planes->bytes();
  }
  sizes.converted_bytes += decoder.converted + mtp.converted + head.converted;
  return sizes;
}

KvLayout Model::kv_layout(KvType type) const {
  return KvLayout{config_.full_layers() + (has_mtp() ? 1 : 0), config_.kv_heads, config_.head_dim, type};
}

StateLayout Model::state_layout() const {
  return StateLayout{config_.linear_layers(),
                     config_.key_heads,
                     config_.value_heads,
                     config_.key_dim,
                     config_.value_dim,
                     config_.linear_layers() == 0 ? 0 : config_.conv_channels(),
                     std::max<int64_t>(config_.taps, 1)};
}

int64_t Model::activation_bytes(int64_t rows, int64_t slices, int threads) const {
  return capy::activation_bytes(config_, rows, slices, threads) + 4 * (kLogitRows + 1) * (config_.vocab + config_.dim) +
         (has_two_plane_head() ? TwoPlaneHead::arena_bytes(config_.vocab, kLogitRows) : 0);
}

void Embedding::row(int32_t token, const KernelTable& kernels, float* out) const {
  if (packed.data != nullptr) return unpack_row(packed, token, kernels, out);
  decode_tensor_row(tensor, token, out);
}

void Model::embed(float* out, std::span<const int32_t> tokens, Compute& compute) const {
  compute.pool.for_ranges(static_cast<int64_t>(tokens.size()), 16, [&](int64_t begin, int64_t end, int) {
    for (int64_t row = begin; row < end; ++row)
      weights_->embedding.row(tokens[static_cast<size_t>(row)], compute.kernels, out + row * config_.dim);
  });
}

void Model::set_angles(Batch& batch, Compute& compute) const {
  const int64_t half = config_.rope.dims / 2;
  float* const cos = compute.arena.allocate<float>(batch.rows() * half);
  float* const sin = compute.arena.allocate<float>(batch.rows() * half);
  for (const BatchSlice& slice : batch.slices) {
    for (int64_t row = 0; row < slice.rows; ++row) {
      const int64_t at = (slice.row_begin + row) * half;
      compute.kernels.rope_angles(cos + at, sin + at, inverse_frequencies_.data(), half, slice.position + row,
                                  rope_amplitude_);
    }
  }
  batch.cos = cos;
  batch.sin = sin;
}

void Model::forward(Batch batch, float* hidden, Compute& compute) const {
  const Arena::Scope scope(compute.arena);
  set_angles(batch, compute);
  float* const x = compute.arena.allocate<float>(batch.rows() * config_.dim);
  embed(x, batch.tokens, compute);
  for (const LayerWeights& layer : weights_->layers) decoder_layer(x, layer, config_, batch, compute);
  rms_norm_rows(hidden, x, weights_->norm, batch.rows(), config_.rms_eps, compute);
}

void Model::logits(float* out, const float* hidden, int64_t rows, Compute& compute) const {
  const Arena::Scope scope(compute.arena);
  const ActivationRows input = prepare_rows(hidden, rows, config_.dim, weights_->head.product, compute);
  multiply(out, config_.vocab, input, weights_->head, nullptr, compute);
}

bool Model::has_two_plane_head() const { return weights_->head_planes.has_value(); }

void Model::best_logits(float* out, const float* hidden, std::span<const BestLogits> best, Compute& compute) const {
  const Arena::Scope scope(compute.arena);
  const ActivationRows input =
      prepare_rows(hidden, static_cast<int64_t>(best.size()), config_.dim, weights_->head.product, compute);
  weights_->head_planes->best_logits(out, input.int8, best, compute);
}

int32_t Model::draft_token(const float* hidden, Compute& compute) const {
  const Arena::Scope scope(compute.arena);
  Matrix common;
  common.view = weights_->head.view;
  common.view.rows = std::min(common.view.rows, kDraftVocab);
  common.product = weights_->head.product;
  float* const scores = compute.arena.allocate<float>(common.view.rows);
  const ActivationRows input = prepare_rows(hidden, 1, config_.dim, common.product, compute);
  if (weights_->head_planes) {
    weights_->head_planes->scan(scores, input.int8, common.view.rows, compute);
  } else {
    multiply(scores, common.view.rows, input, common, nullptr, compute);
  }
  return static_cast<int32_t>(std::max_element(scores, scores + common.view.rows) - scores);
}

void Model::forward_mtp(Batch batch, float* out, const float* hidden, Compute& compute) const {
  const Arena::Scope scope(compute.arena);
  const MtpWeights& w = *weights_->mtp;
  set_angles(batch, compute);
  float* const x = compute.arena.allocate<float>(batch.rows() * config_.dim);
  join_mtp(x, batch, hidden, compute);
  decoder_layer(x, w.layer, config_, batch, compute);
  rms_norm_rows(out, x, w.norm, batch.rows(), config_.rms_eps, compute);
}

void Model::extend_mtp(Batch batch, const float* hidden, Compute& compute) const {
  const Arena::Scope scope(compute.arena);
  const LayerWeights& layer = weights_->mtp->layer;
  set_angles(batch, compute);
  float* const x = compute.arena.allocate<float>(batch.rows() * config_.dim);
  join_mtp(x, batch, hidden, compute);
  rms_norm_rows(x, x, layer.input_norm, batch.rows(), config_.rms_eps, compute);
  const Product product = layer.attention->q_proj.product;
  const ActivationRows input = prepare_rows(x, batch.rows(), config_.dim, product, compute);
  append_keys_and_values(input, *layer.attention, layer.cache_layer, config_, batch, compute);
}

// The head's input: x[rows][dim] = fc [norm(embedding of the row's token); norm(hidden)], the embedding half first.
void Model::join_mtp(float* x, const Batch& batch, const float* hidden, Compute& compute) const {
  const Arena::Scope scope(compute.arena);
  const MtpWeights& w = *weights_->mtp;
  const int64_t rows = batch.rows();
  const int64_t dim = config_.dim;
  float* const embedded = compute.arena.allocate<float>(rows * dim);
  float* const joined = compute.arena.allocate<float>(rows * 2 * dim);
  embed(embedded, batch.tokens, compute);
  for (int64_t row = 0; row < rows; ++row) {
    compute.kernels.rms_norm(joined + row * 2 * dim, embedded + row * dim, w.embedding_norm.data(), dim,
                             config_.rms_eps);
    compute.kernels.rms_norm(joined + row * 2 * dim + dim, hidden + row * dim, w.hidden_norm.data(), dim,
                             config_.rms_eps);
  }
  const ActivationRows input = prepare_rows(joined, rows, 2 * dim, w.fc.product, compute);
  multiply(x, dim, input, w.fc, nullptr, compute);
}

}  // namespace capy
