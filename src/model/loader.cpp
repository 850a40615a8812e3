// SPDX-License-Identifier: Apache-2.0
#include "model/loader.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <unordered_set>

#include "base/concat.h"
#include "base/log.h"
#include "codec/encode.h"
#include "formats/content_hash.h"
#include "formats/packed_cache.h"
#include "model/matrix_packing.h"
#include "model/names.h"
#include "model/packed_tensor.h"
#include "model/row_source.h"
#include "model/weight_choice.h"
#include "model/weight_mix.h"

namespace capy {
namespace {

// What packing makes of a few fixed weights. Part of the cache's key: files of a program that packs otherwise are made
// again, and nobody has to remember to count a version.
uint64_t packing_fingerprint(MatrixFormat format, const KernelTable& kernels) {
  constexpr int64_t kColumns = kQuantBlock + 44;  // with a block that is cut short
  Vector values(static_cast<size_t>(kPanelRows * kColumns));
  uint32_t state = 1;
  for (float& value : values) {
    state = state * 1664525 + 1013904223;  // Numerical Recipes' generator
    value = static_cast<float>(static_cast<int32_t>(state) >> 8) * 0x1p-23F;
  }
  ContentHash hash;
  hash.add(static_cast<uint64_t>(format));
  if (format == MatrixFormat::kInt8Packed || format == MatrixFormat::kInt4Packed) {
    std::vector<std::byte> packed(static_cast<size_t>(matrix_bytes(format, kPanelRows, kColumns)));
    rotate_and_pack_panel(values.data(), format, kPanelRows, kPanelRows, kColumns, 0, kernels, packed.data());
    hash.add(packed);
  }
  return hash.value();
}

PackedKey cache_key(const Checkpoint& checkpoint, const LoadOptions& options, const KernelTable& kernels) {
  const Product product = options.product;
  return {checkpoint.copy_identity(),
          static_cast<uint64_t>(product) | (options.all_int4 ? 0x100U : 0U) |
              (wants_planes(options, kernels) ? 0x200U : 0U),
          kArithmeticVersion, packing_fingerprint(converted_format(product), kernels)};
}

// Where a packed tensor can be computed with: in the file, or in a copy where another program rewrote it.
const std::byte* aligned_bytes(const Tensor& tensor, AlignedBytes& copy) {
  if (reinterpret_cast<uintptr_t>(tensor.bytes.data()) % kPackedAlignment == 0) return tensor.bytes.data();
  copy = allocate_aligned(static_cast<int64_t>(tensor.bytes.size()));
  std::memcpy(copy.get(), tensor.bytes.data(), tensor.bytes.size());
  return copy.get();
}

class Loader {
 public:
  Loader(const Checkpoint& checkpoint, const ModelConfig& config, const LoadOptions& options, const TensorNames& names,
         ThreadPool& pool, const KernelTable& kernels, PackedCache& cache)
      : checkpoint_(checkpoint),
        config_(config),
        options_(options),
        names_(names),
        pool_(pool),
        kernels_(kernels),
        cache_(cache),
        total_bytes_(checkpoint.file_bytes()) {}

  Result<ModelWeights> load();
  void warn_of_unused() const;

 private:
  Result<const Tensor*> required(const std::string& name, std::initializer_list<int64_t> shape);
  Result<Vector> vector(const std::string& name, int64_t count, bool zero_centred);
  Result<Vector> optional_vector(const std::string& name, int64_t count);
  Result<Vector> norm(const std::string& name, int64_t count) {
    return vector(name, count, config_.zero_centred_norms);
  }
  Result<RowSource> source(const std::string& name, int64_t rows, int64_t columns);
  Result<Matrix> matrix(const std::string& name, int64_t rows, int64_t columns, MatrixRole role) {
    return matrix(name, rows, columns, product_of(role, options_.product, options_.all_int4));
  }
  Result<std::optional<Matrix>> packed_matrix(const std::string& name, int64_t rows, int64_t columns, Product product);
  Result<Matrix> matrix(const std::string& name, int64_t rows, int64_t columns, Product product);
  AlignedBytes convert(const RowSource& from, int64_t rows, int64_t columns, Product product);
  void make_planes(const MatrixView& head);
  void pack(const RowSource& from, MatrixFormat format, int64_t rows, int64_t columns, std::byte* to);

  Result<Embedding> embedding();
  Result<LayerWeights> layer(int64_t index, bool is_full_attention, int64_t cache_layer);
  Result<FullAttentionWeights> full_attention(int64_t index);
  Result<DeltaNetWeights> delta_net(int64_t index);
  Result<MlpWeights> mlp(int64_t index);
  Result<std::optional<MtpWeights>> mtp();
  void progress(const Tensor& tensor);

  const Checkpoint& checkpoint_;
  const ModelConfig& config_;
  const LoadOptions& options_;
  const TensorNames& names_;
  ThreadPool& pool_;
  const KernelTable& kernels_;
  PackedCache& cache_;
  std::unordered_set<const Tensor*> used_;
  std::vector<NamedMatrix> matrices_;
  std::string planes_of_;              // the head's name, where it gets planes
  const std::byte* planes_ = nullptr;  // they
  AlignedBytes planes_memory_;
  int64_t done_bytes_ = 0;
  int64_t total_bytes_;
};

void Loader::progress(const Tensor& tensor) {
  done_bytes_ += static_cast<int64_t>(tensor.bytes.size());
  if (options_.on_progress)
    options_.on_progress(
        std::min(1.0, static_cast<double>(done_bytes_) / static_cast<double>(std::max<int64_t>(total_bytes_, 1))));
}

Result<const Tensor*> Loader::required(const std::string& name, std::initializer_list<int64_t> shape) {
  const Tensor* const tensor = TRY(find_tensor(checkpoint_, name, shape));
  used_.insert(tensor);
  return tensor;
}

Result<Vector> Loader::vector(const std::string& name, int64_t count, bool zero_centred) {
  const Tensor* const tensor = TRY(required(name, {count}));
  if (count % dtype_info(tensor->type).block != 0)
    return Error{ErrorCode::kCorrupt, concat(name, ": is not a whole number of blocks")};
  Vector values(static_cast<size_t>(count));
  decode(tensor->type, tensor->bytes, count, values.data());
  if (zero_centred) {
    for (float& value : values) value = 1.0F + value;
  }
  progress(*tensor);
  return values;
}

Result<Vector> Loader::optional_vector(const std::string& name, int64_t count) {
  if (checkpoint_.find(name) == nullptr) return Vector{};
  return vector(name, count, false);
}

Result<RowSource> Loader::source(const std::string& name, int64_t rows, int64_t columns) {
  const RowSource from = TRY(find_rows(checkpoint_, config_, name, rows, columns));
  used_.insert(from.tensor);
  if (from.fp8_scales != nullptr) used_.insert(from.fp8_scales);
  return from;
}

// The one place that decides where a matrix lies: in the checkpoint as it is, in the cache's file, or in memory.
Result<Matrix> Loader::matrix(const std::string& name, int64_t rows, int64_t columns, Product product) {
  if (std::optional<Matrix> packed = TRY(packed_matrix(name, rows, columns, product))) {
    matrices_.push_back({name, packed->view});
    return std::move(*packed);
  }
  const RowSource from = TRY(source(name, rows, columns));
  const Tensor& tensor = *from.tensor;
  Matrix matrix;
  matrix.product = product;
  if (usable_in_place(tensor.type, product)) {
    matrix.view = view_of(format_of(tensor.type), rows, columns, tensor.bytes.data());
  } else if (const std::byte* packed = cache_.find(name, converted_format(product), rows, columns)) {
    matrix.view = view_of(converted_format(product), rows, columns, packed);
  } else {
    matrix.memory = convert(from, rows, columns, product);
    matrix.view = view_of(converted_format(product), rows, columns, matrix.memory.get());
    checkpoint_.release_pages(tensor);
    const std::span<const std::byte> bytes(matrix.memory.get(), static_cast<size_t>(matrix.bytes()));
    if (name == planes_of_) make_planes(matrix.view);
    if (cache_.add(name, matrix.view.format, rows, columns, bytes)) matrix.memory.reset();  // load() comes again
  }
  progress(tensor);
  matrices_.push_back({name, matrix.view});
  return matrix;
}

// The head's planes: from the cache's file, or made.
void Loader::make_planes(const MatrixView& head) {
  if (head.format != MatrixFormat::kInt8Packed) return;
  const std::string name = planes_of_ + ".planes";
  planes_ = cache_.find(name, MatrixFormat::kCodePlanes, head.rows, head.columns);
  if (planes_ != nullptr) return;
  const int64_t bytes = code_planes_bytes(head.rows, head.columns);
  planes_memory_ = allocate_aligned(bytes);
  planes_ = planes_memory_.get();
  TwoPlaneHead::fill(planes_memory_.get(), head, pool_);
  (void)cache_.add(name, MatrixFormat::kCodePlanes, head.rows, head.columns, {planes_, static_cast<size_t>(bytes)});
}

// A matrix that `capy quantize` wrote: used as it lies in the file. Its format is what it is; the compute type asked
// for only has to take int8 rows.
Result<std::optional<Matrix>> Loader::packed_matrix(const std::string& name, int64_t rows, int64_t columns,
                                                    Product product) {
  const std::optional<PackedTensor> found = TRY(find_packed_tensor(checkpoint_, name, rows, columns));
  if (!found) return std::optional<Matrix>();
  used_.insert(found->tensor);
  if (!takes_int8_rows(product)) {
    return Error{ErrorCode::kInvalid, concat(checkpoint_.path(), ": ", name,
                                             " is packed for int4 or int8 computing; leave --type out, or use the "
                                             "model it was made from")};
  }
  Matrix matrix;
  matrix.product = found->format == MatrixFormat::kInt4Packed ? Product::kInt4 : Product::kInt8;
  matrix.view = view_of(found->format, rows, columns, aligned_bytes(*found->tensor, matrix.memory));
  progress(*found->tensor);
  return std::optional<Matrix>(std::move(matrix));
}

AlignedBytes Loader::convert(const RowSource& from, int64_t rows, int64_t columns, Product product) {
  AlignedBytes to = allocate_aligned(matrix_bytes(converted_format(product), rows, columns));
  if (takes_int8_rows(product)) {
    pack(from, converted_format(product), rows, columns, to.get());
    return to;
  }
  std::vector<Vector> scratch(static_cast<size_t>(pool_.threads()),
                              Vector(static_cast<size_t>(product == Product::kBF16 ? columns : 0)));
  pool_.for_ranges(rows, 16, [&](int64_t begin, int64_t end, int worker) {
    for (int64_t row = begin; row < end; ++row) {
      if (product == Product::kF32) {
        from.row(row, reinterpret_cast<float*>(to.get()) + row * columns);
        continue;
      }
      float* const values = scratch[static_cast<size_t>(worker)].data();
      from.row(row, values);
      auto* const out = reinterpret_cast<uint16_t*>(to.get()) + row * columns;
      for (int64_t i = 0; i < columns; ++i) out[i] = f32_to_bf16(values[i]);
    }
  });
  return to;
}

void Loader::pack(const RowSource& from, MatrixFormat format, int64_t rows, int64_t columns, std::byte* to) {
  std::vector<Vector> scratch(static_cast<size_t>(pool_.threads()), Vector(static_cast<size_t>(kPanelRows * columns)));
  pool_.for_ranges(packed_panels(rows), 4, [&](int64_t begin, int64_t end, int worker) {
    float* const values = scratch[static_cast<size_t>(worker)].data();
    for (int64_t panel = begin; panel < end; ++panel) {
      const int64_t count = std::min(kPanelRows, rows - panel * kPanelRows);
      for (int64_t i = 0; i < count; ++i) {
        from.row(panel * kPanelRows + i, values + i * columns);
      }
      rotate_and_pack_panel(values, format, rows, count, columns, panel, kernels_, to);
    }
  });
}

Result<FullAttentionWeights> Loader::full_attention(int64_t index) {
  const auto name = [&](std::string_view part) { return names_.layer(index, concat("self_attn.", part)); };
  const int64_t q_rows = config_.query_width() * (config_.output_gate ? 2 : 1);
  FullAttentionWeights w;
  w.q_proj = TRY(matrix(name("q_proj.weight"), q_rows, config_.dim, MatrixRole::kAttention));
  w.k_proj = TRY(matrix(name("k_proj.weight"), config_.kv_width(), config_.dim, MatrixRole::kAttention));
  w.v_proj = TRY(matrix(name("v_proj.weight"), config_.kv_width(), config_.dim, MatrixRole::kAttention));
  w.o_proj = TRY(matrix(name("o_proj.weight"), config_.dim, config_.query_width(), MatrixRole::kAttention));
  w.q_bias = TRY(optional_vector(name("q_proj.bias"), q_rows));
  w.k_bias = TRY(optional_vector(name("k_proj.bias"), config_.kv_width()));
  w.v_bias = TRY(optional_vector(name("v_proj.bias"), config_.kv_width()));
  w.o_bias = TRY(optional_vector(name("o_proj.bias"), config_.dim));
  if (config_.qk_norm) {
    w.q_norm = TRY(norm(name("q_norm.weight"), config_.head_dim));
    w.k_norm = TRY(norm(name("k_norm.weight"), config_.head_dim));
  }
  return w;
}

Result<DeltaNetWeights> Loader::delta_net(int64_t index) {
  const auto name = [&](std::string_view part) { return names_.layer(index, concat("linear_attn.", part)); };
  DeltaNetWeights w;
  w.in_proj_qkv =
      TRY(matrix(name("in_proj_qkv.weight"), config_.conv_channels(), config_.dim, MatrixRole::kDeltaNetIn));
  w.in_proj_z = TRY(matrix(name("in_proj_z.weight"), config_.value_width(), config_.dim, MatrixRole::kDeltaNetIn));
  w.in_proj_b = TRY(matrix(name("in_proj_b.weight"), config_.value_heads, config_.dim, Product::kF32));
  w.in_proj_a = TRY(matrix(name("in_proj_a.weight"), config_.value_heads, config_.dim, Product::kF32));
  w.out_proj = TRY(matrix(name("out_proj.weight"), config_.dim, config_.value_width(), MatrixRole::kDeltaNetOut));
  w.dt_bias = TRY(vector(name("dt_bias"), config_.value_heads, false));
  w.norm = TRY(vector(name("norm.weight"), config_.value_dim, false));
  w.neg_exp_A = TRY(vector(name("A_log"), config_.value_heads, false));
  if (!names_.gguf()) {  // GGUF stores -exp(A_log) itself
    for (float& a : w.neg_exp_A) a = static_cast<float>(-std::exp(static_cast<double>(a)));
  }
  const int64_t channels = config_.conv_channels();
  const std::string conv = name("conv1d.weight");
  const Tensor* const tensor =
      names_.gguf() ? TRY(required(conv, {channels, config_.taps})) : TRY(required(conv, {channels, 1, config_.taps}));
  if (tensor->count() % dtype_info(tensor->type).block != 0)
    return Error{ErrorCode::kCorrupt, concat(conv, ": is not a whole number of blocks")};
  Vector by_channel(static_cast<size_t>(tensor->count()));
  decode(tensor->type, tensor->bytes, tensor->count(), by_channel.data());
  w.conv1d.resize(by_channel.size());
  for (int64_t channel = 0; channel < channels; ++channel) {
    for (int64_t tap = 0; tap < config_.taps; ++tap) {
      w.conv1d[static_cast<size_t>(tap * channels + channel)] =
          by_channel[static_cast<size_t>(channel * config_.taps + tap)];
    }
  }
  return w;
}

Result<MlpWeights> Loader::mlp(int64_t index) {
  MlpWeights w;
  w.gate_proj = TRY(matrix(names_.layer(index, "mlp.gate_proj.weight"), config_.hidden, config_.dim, MatrixRole::kMlp));
  w.up_proj = TRY(matrix(names_.layer(index, "mlp.up_proj.weight"), config_.hidden, config_.dim, MatrixRole::kMlp));
  w.down_proj = TRY(matrix(names_.layer(index, "mlp.down_proj.weight"), config_.dim, config_.hidden, MatrixRole::kMlp));
  return w;
}

Result<LayerWeights> Loader::layer(int64_t index, bool is_full_attention, int64_t cache_layer) {
  LayerWeights w;
  w.cache_layer = cache_layer;
  w.input_norm = TRY(norm(names_.layer(index, "input_layernorm.weight"), config_.dim));
  w.post_norm = TRY(norm(names_.layer(index, "post_attention_layernorm.weight"), config_.dim));
  if (is_full_attention) {
    w.attention = TRY(full_attention(index));
  } else {
    w.delta_net = TRY(delta_net(index));
  }
  w.mlp = TRY(mlp(index));
  return w;
}

// Converted and fine-tuned files often lack the head although the configuration names it: the model runs without (SPEC
// 3).
Result<std::optional<MtpWeights>> Loader::mtp() {
  if (!has_matrix(checkpoint_, names_.mtp("fc.weight"))) return std::optional<MtpWeights>();
  MtpWeights w;
  w.fc = TRY(matrix(names_.mtp("fc.weight"), config_.dim, 2 * config_.dim, MatrixRole::kMtp));
  w.embedding_norm = TRY(norm(names_.mtp("pre_fc_norm_embedding.weight"), config_.dim));
  w.hidden_norm = TRY(norm(names_.mtp("pre_fc_norm_hidden.weight"), config_.dim));
  w.layer = TRY(layer(config_.layers, true, config_.full_layers()));
  w.norm = TRY(norm(names_.mtp("norm.weight"), config_.dim));
  return std::optional<MtpWeights>(std::move(w));
}

void Loader::warn_of_unused() const {
  int64_t vision = 0;
  int64_t others = 0;
  std::string examples;
  for (const Tensor& tensor : checkpoint_.tensors()) {
    if (used_.contains(&tensor) || tensor.name == "rope_freqs.weight" || tensor.name.ends_with("rotary_emb.inv_freq"))
      continue;
    if (tensor.name.find("visual.") != std::string::npos) {
      ++vision;
    } else if (++others <= 3) {
      examples += concat(others == 1 ? "" : ", ", tensor.name);
    }
  }
  if (vision > 0) log_debug(concat(vision, " tensors of the vision tower are not used in this version"));
  if (others > 0)
    log_warning(concat(checkpoint_.path(), ": ", others, " tensors are not known to capy and are not used (", examples,
                       others > 3 ? ", ...)" : ")"));
}

// Its rows are looked up, not multiplied with. `capy quantize` packs them too; tied, they are the head's.
Result<Embedding> Loader::embedding() {
  const std::string name = names_.top("embed_tokens.weight");
  Embedding found;
  if (const auto packed = TRY(find_packed_tensor(checkpoint_, name, config_.vocab, config_.dim))) {
    used_.insert(packed->tensor);
    found.packed = view_of(packed->format, config_.vocab, config_.dim, aligned_bytes(*packed->tensor, found.memory));
    found.bytes = packed->tensor->bytes;
    return found;
  }
  const RowSource rows = TRY(source(name, config_.vocab, config_.dim));
  if (rows.fp8_scales != nullptr)
    return Error{ErrorCode::kUnsupported, concat(checkpoint_.path(), ": an FP8 embedding is not supported")};
  found.tensor = *rows.tensor;
  found.bytes = rows.tensor->bytes;
  return found;
}

Result<ModelWeights> Loader::load() {
  ModelWeights w;
  w.embedding = TRY(embedding());
  int64_t full = 0;
  int64_t linear = 0;
  for (int64_t i = 0; i < config_.layers; ++i) {
    const bool is_full = config_.full_attention[static_cast<size_t>(i)];
    w.layers.push_back(TRY(layer(i, is_full, is_full ? full++ : linear++)));
  }
  w.norm = TRY(norm(names_.top("norm.weight"), config_.dim));
  const std::string head = is_tied(checkpoint_, config_, names_) ? names_.top("embed_tokens.weight") : names_.head();
  planes_ = nullptr;
  if (wants_planes(options_, kernels_)) planes_of_ = head;
  w.head = TRY(matrix(head, config_.vocab, config_.dim, MatrixRole::kHead));
  if (!planes_of_.empty() && planes_ == nullptr) make_planes(w.head.view);
  if (planes_ != nullptr) w.head_planes.emplace(w.head.view, planes_);
  w.head_memory = std::move(planes_memory_);
  w.mtp = TRY(mtp());
  w.matrices = std::move(matrices_);
  matrices_.clear();
  return w;
}

}  // namespace

Result<ModelWeights> load_weights(const Checkpoint& checkpoint, const ModelConfig& config, const LoadOptions& options,
                                  ThreadPool& pool) {
  const TensorNames names = TRY(TensorNames::of(checkpoint, config));
  const KernelTable* const kernels = TRY(choose_kernels());
  const int64_t bytes = TRY(estimated_weight_bytes(checkpoint, config, options));
  PackedCache cache = PackedCache::open(options.cache_directory, cache_key(checkpoint, options, *kernels), bytes);
  Loader loader(checkpoint, config, options, names, pool, *kernels, cache);
  for (;;) {
    ModelWeights weights = TRY(loader.load());
    if (cache.settle()) continue;  // now from the file that was just written
    loader.warn_of_unused();
    weights.packed = cache.take();
    return weights;
  }
}

}  // namespace capy
