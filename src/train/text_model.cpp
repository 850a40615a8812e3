// SPDX-License-Identifier: Apache-2.0
#include "train/text_model.h"

#include <optional>

#include "train/instantiate.h"

namespace capy::train {
namespace {

bool is_target(const Sample& sample, int64_t token) {
  return sample.target_weights.empty() || sample.target_weights[static_cast<size_t>(token)] != 0;
}

double weight_of(const Sample& sample, int64_t token) {
  return sample.target_weights.empty() ? 1.0 : static_cast<double>(sample.target_weights[static_cast<size_t>(token)]);
}

// Rows of the MTP head: row i of a document joins its hidden row i with token i + 1 and predicts token i + 2.
struct MtpRows {
  std::vector<Document> documents;
  std::vector<int64_t> sources;      // main row of each row
  std::vector<int32_t> next_tokens;  // token behind it

  MtpRows() = default;
  explicit MtpRows(const Sample& sample) {
    for (const Document& document : sample.documents) {
      const auto begin = static_cast<int64_t>(sources.size());
      for (int64_t row = document.begin; row + 2 < document.end && row < sample.row_count(); ++row) {
        sources.push_back(row);
        next_tokens.push_back(sample.tokens[static_cast<size_t>(row + 1)]);
      }
      documents.push_back({begin, static_cast<int64_t>(sources.size())});
    }
  }
};

// The documents that have rows, as far as those go.
std::vector<Document> with_rows(std::span<const Document> documents, int64_t rows) {
  std::vector<Document> kept;
  for (const Document& document : documents) {
    if (document.length() > 0 && document.begin < rows) kept.push_back({document.begin, std::min(document.end, rows)});
  }
  return kept;
}

}  // namespace

Losses& Losses::operator+=(const Losses& other) {
  sum += other.sum;
  weights += other.weights;
  mtp_sum += other.mtp_sum;
  mtp_weights += other.mtp_weights;
  return *this;
}

Losses target_weights(const Sample& sample, bool with_mtp) {
  Losses total;
  for (const Document& document : sample.documents) {
    const int64_t rows = sample.row_count();
    for (int64_t i = document.begin; i + 1 < document.end && i < rows; ++i) total.weights += weight_of(sample, i + 1);
    for (int64_t i = document.begin; with_mtp && i + 2 < document.end && i < rows; ++i) {
      total.mtp_weights += weight_of(sample, i + 2);
    }
  }
  return total;
}

int64_t kept_bytes(const ModelConfig& c, int64_t rows) {
  const int64_t shared = 2 * c.dim + 2 * c.hidden;
  const int64_t attention = (c.output_gate ? 4 : 3) * c.query_width() + 3 * c.kv_width() + 2 * c.heads;
  const int64_t states = c.value_heads * c.key_dim * c.value_dim / kDeltaChunk;  // by row
  const int64_t delta_net =
      3 * c.conv_channels() + 3 * c.value_width() + 2 * c.key_width() + 4 * c.value_heads + states;
  int64_t values = 0;
  for (int64_t i = 0; i < c.layers; ++i) {
    values += shared + (c.full_attention[static_cast<size_t>(i)] ? attention : delta_net);
  }
  return values * rows * static_cast<int64_t>(sizeof(float));
}

template <class M>
struct TextModel<M>::State {
  const ModelConfig& config;
  const ModelSlots& slots;
  M math;
  const KernelTable& kernels;         // of the rotary angles: float in both arithmetics, as the reference forms them
  std::optional<AdaptedModel> model;  // adapters on a frozen one
  std::optional<AdaptedPass<V>> adapted;
  Buffer<V> frozen_values, unwanted;  // of what is no matrix, and its gradients
  std::vector<Buffer<V>> norms;       // DoRA

  std::vector<float> frequencies;
  Buffer<V> cos, sin;
  std::vector<Document> documents;
  Buffer<V> x, hidden, d_hidden;
  Keep keep = Keep::kAll;
  std::vector<LayerActivations<V>> layers;  // kAll: of each layer
  std::vector<Buffer<V>> inputs;            // kInputs: of each layer
  LayerActivations<V> shared;               // of the layer that is being computed, when they are not kept
  MtpRows mtp_rows;
  std::vector<Document> mtp_documents;
  Buffer<V> mtp_cos, mtp_sin, mtp_embedding, mtp_source, mtp_joined, mtp_x, mtp_hidden, d_mtp_hidden;
  LayerActivations<V> mtp_layer;

  int64_t dim() const { return config.dim; }

  void prepare(Keep wanted) {
    frequencies = inverse_frequencies(config.rope);
    keep = wanted;
    layers.resize(keep == Keep::kAll ? static_cast<size_t>(config.layers) : 0);
    inputs.resize(keep == Keep::kInputs ? static_cast<size_t>(config.layers) : 0);
  }

  void set_angles(Buffer<V>& cosines, Buffer<V>& sines, std::span<const Document> of, int64_t rows) {
    const int64_t half = config.rope.dims / 2;
    const float amplitude = rope_amplitude(config.rope);
    cosines.resize(rows * half);
    sines.resize(rows * half);
    std::vector<float> c(static_cast<size_t>(half)), s(static_cast<size_t>(half));
    for (const Document& document : of) {
      for (int64_t row = document.begin; row < document.end; ++row) {
        kernels.rope_angles(c.data(), s.data(), frequencies.data(), half, row - document.begin, amplitude);
        std::copy(c.begin(), c.end(), cosines.data() + row * half);
        std::copy(s.begin(), s.end(), sines.data() + row * half);
      }
    }
  }

  // Forms the angles too.
  Pass<M> main_pass(const Sample& sample, const V* weights, V* gradients) {
    const int64_t rows = sample.row_count();
    documents = with_rows(sample.documents, rows);
    set_angles(cos, sin, documents, rows);
    if (!model) return {math, config, documents, rows, cos.data(), sin.data(), weights, gradients};
    set_norms(weights);
    adapted.emplace(AdaptedPass<V>{*model, weights, gradients, norms});
    V* const thrown_away = gradients == nullptr ? nullptr : unwanted.zeroed(model->base.parameters().values());
    return {math, config, documents, rows, cos.data(), sin.data(), frozen_values.data(), thrown_away, &*adapted};
  }
  void set_norms(const V* values) {
    if (!model->adapters.options().dora) return;
    const std::vector<Adapter>& adapters = model->adapters.all();
    norms.resize(adapters.size());
    for (size_t i = 0; i < adapters.size(); ++i) {
      norms[i].resize(model->base.matrix(adapters[i].matrix).rows());
      adapted_norms(math, norms[i].data(), *model, adapters[i], values);
    }
  }
  Pass<M> mtp_pass(const V* weights, V* gradients) {
    const auto rows = static_cast<int64_t>(mtp_rows.sources.size());
    set_angles(mtp_cos, mtp_sin, mtp_documents, rows);
    return {math, config, mtp_documents, rows, mtp_cos.data(), mtp_sin.data(), weights, gradients};
  }

  void forward(const Pass<M>& p, const Sample& sample) {
    x.resize(p.rows * dim());
    hidden.resize(p.rows * dim());
    embed(math, x.data(), p.matrix(slots.embedding), sample.tokens.first(static_cast<size_t>(p.rows)), dim());
    for (size_t i = 0; i < slots.layers.size(); ++i) {
      if (p.gradients == nullptr) {
        layer(p, x.data(), slots.layers[i], shared);
      } else if (keep == Keep::kAll) {
        layer(p, x.data(), slots.layers[i], layers[i]);
      } else {
        std::copy_n(x.data(), p.rows * dim(), inputs[i].resize(p.rows * dim()));
        layer(p, x.data(), slots.layers[i], shared);
      }
    }
    rms_norm(math, hidden.data(), x.data(), p.weight(slots.norm), p.norm());
  }

  void forward_mtp(const Pass<M>& p) {
    const MtpSlots& w = *slots.mtp;
    const int64_t n = p.rows * dim();
    embed(math, mtp_embedding.resize(n), p.weight(slots.embedding), mtp_rows.next_tokens, dim());
    mtp_source.resize(n);
    for (int64_t i = 0; i < p.rows; ++i) {
      std::copy_n(hidden.data() + mtp_rows.sources[static_cast<size_t>(i)] * dim(), dim(),
                  mtp_source.data() + i * dim());
    }
    Buffer<V> left(n), right(n);
    rms_norm(math, left.data(), mtp_embedding.data(), p.weight(w.embedding_norm), p.norm());
    rms_norm(math, right.data(), mtp_source.data(), p.weight(w.hidden_norm), p.norm());
    mtp_joined.resize(2 * n);
    for (int64_t i = 0; i < p.rows; ++i) {
      std::copy_n(left.data() + i * dim(), dim(), mtp_joined.data() + 2 * i * dim());
      std::copy_n(right.data() + i * dim(), dim(), mtp_joined.data() + (2 * i + 1) * dim());
    }
    linear(math, mtp_x.resize(n), mtp_joined.data(), p.weight(w.fc), {p.rows, dim(), 2 * dim()});
    layer(p, mtp_x.data(), w.layer, mtp_layer);
    rms_norm(math, mtp_hidden.resize(n), mtp_x.data(), p.weight(w.norm), p.norm());
  }

  // Each document's rows of the main model, then those of the MTP head.
  std::vector<HeadRow<V>> head_rows(const Sample& sample, const LossOptions& options, std::vector<bool>& is_mtp) {
    std::vector<HeadRow<V>> rows;
    for (size_t d = 0; d < sample.documents.size(); ++d) {
      const Document& document = sample.documents[d];
      for (int64_t row = document.begin; row + 1 < document.end && row < sample.row_count(); ++row) {
        if (!is_target(sample, row + 1)) continue;
        rows.push_back({hidden.data() + row * dim(), d_hidden.data() + row * dim(),
                        sample.tokens[static_cast<size_t>(row + 1)], options.scale * weight_of(sample, row + 1)});
        is_mtp.push_back(false);
      }
      if (options.mtp_scale == 0) continue;
      for (int64_t row = mtp_rows.documents[d].begin; row < mtp_rows.documents[d].end; ++row) {
        const int64_t target = mtp_rows.sources[static_cast<size_t>(row)] + 2;
        if (!is_target(sample, target)) continue;
        rows.push_back({mtp_hidden.data() + row * dim(), d_mtp_hidden.data() + row * dim(),
                        sample.tokens[static_cast<size_t>(target)], options.mtp_scale * weight_of(sample, target)});
        is_mtp.push_back(true);
      }
    }
    return rows;
  }

  Losses head(const Sample& sample, const LossOptions& options, const Pass<M>& p) {
    std::vector<bool> is_mtp;
    const std::vector<HeadRow<V>> rows = head_rows(sample, options, is_mtp);
    std::vector<double> losses(rows.size());
    const bool frozen = p.adapted != nullptr && p.gradients != nullptr;
    cross_entropy(math, losses.data(), p.gradients == nullptr || frozen ? nullptr : p.gradient(slots.head),
                  std::span<const HeadRow<V>>(rows), p.matrix(slots.head),
                  {config.vocab, dim(), options.z_loss, frozen});
    Losses total;
    for (size_t i = 0; i < rows.size(); ++i) {
      const double weight = rows[i].weight / (is_mtp[i] ? options.mtp_scale : options.scale);
      (is_mtp[i] ? total.mtp_sum : total.sum) += weight * losses[i];
      (is_mtp[i] ? total.mtp_weights : total.weights) += weight;
    }
    return total;
  }

  // d_mtp_hidden becomes the gradient of the embeddings that were joined; d_hidden gets its part.
  void backward_mtp(const Pass<M>& p) {
    const MtpSlots& w = *slots.mtp;
    const int64_t n = p.rows * dim();
    Buffer<V> dx(n), d_joined(2 * n), d_left(n), d_right(n), d_source(n);
    rms_norm_backward(math, dx.data(), p.gradient(w.norm), d_mtp_hidden.data(), mtp_x.data(), p.weight(w.norm),
                      p.norm(), Into::kZero);
    layer_backward(p, dx.data(), w.layer, mtp_layer);
    const Linear fc{p.rows, dim(), 2 * dim()};
    linear_backward_weight(math, p.gradient(w.fc), dx.data(), mtp_joined.data(), fc);
    linear_backward_input(math, d_joined.data(), dx.data(), p.weight(w.fc), fc, Into::kZero);
    for (int64_t i = 0; i < p.rows; ++i) {
      std::copy_n(d_joined.data() + 2 * i * dim(), dim(), d_left.data() + i * dim());
      std::copy_n(d_joined.data() + (2 * i + 1) * dim(), dim(), d_right.data() + i * dim());
    }
    rms_norm_backward(math, d_mtp_hidden.data(), p.gradient(w.embedding_norm), d_left.data(), mtp_embedding.data(),
                      p.weight(w.embedding_norm), p.norm(), Into::kZero);
    rms_norm_backward(math, d_source.data(), p.gradient(w.hidden_norm), d_right.data(), mtp_source.data(),
                      p.weight(w.hidden_norm), p.norm(), Into::kZero);
    for (int64_t i = 0; i < p.rows; ++i) {
      V* const to = d_hidden.data() + mtp_rows.sources[static_cast<size_t>(i)] * dim();
      for (int64_t c = 0; c < dim(); ++c) to[c] += d_source.data()[i * dim() + c];
    }
  }

  void backward(const Pass<M>& p, const Sample& sample, bool with_mtp) {
    Buffer<V> dx(p.rows * dim());
    rms_norm_backward(math, dx.data(), p.gradient(slots.norm), d_hidden.data(), x.data(), p.weight(slots.norm),
                      p.norm(), Into::kZero);
    for (size_t i = slots.layers.size(); i-- > 0;) {
      // Computed again in place: nothing else reads a layer's input after that.
      if (keep == Keep::kInputs) layer(p, inputs[i].data(), slots.layers[i], shared);
      layer_backward(p, dx.data(), slots.layers[i], keep == Keep::kAll ? layers[i] : shared);
    }
    if (p.adapted != nullptr) return;
    for (size_t d = 0; d < documents.size(); ++d) {  // those without rows lie behind all others
      const auto part = [](std::span<const int32_t> tokens, const Document& document) {
        return tokens.subspan(static_cast<size_t>(document.begin), static_cast<size_t>(document.length()));
      };
      const Document& document = documents[d];
      embed_backward(math, p.gradient(slots.lookups), dx.data() + document.begin * dim(), part(sample.tokens, document),
                     dim());
      if (!with_mtp) continue;
      const Document& rows = mtp_rows.documents[d];
      embed_backward(math, p.gradient(slots.lookups), d_mtp_hidden.data() + rows.begin * dim(),
                     part(mtp_rows.next_tokens, rows), dim());
    }
  }
};

template <class M>
TextModel<M>::TextModel(const ModelConfig& config, const ParameterList& parameters, const M& math,
                        const KernelTable& kernels, Keep keep)
    : state_(new State{config, parameters.slots(), math, kernels}) {
  state_->prepare(keep);
}

template <class M>
TextModel<M>::TextModel(const ModelConfig& config, const AdaptedModel& adapted, const M& math,
                        const KernelTable& kernels, Keep keep)
    : state_(new State{config, adapted.base.parameters().slots(), math, kernels, adapted}) {
  state_->prepare(keep);
  const std::vector<float>& values = adapted.base.values();
  std::copy(values.begin(), values.end(), state_->frozen_values.resize(adapted.base.parameters().values()));
}

template <class M>
TextModel<M>::~TextModel() = default;

template <class M>
Losses TextModel<M>::run(const Sample& sample, const LossOptions& options, const V* weights, V* gradients) {
  State& s = *state_;
  const bool with_mtp = options.mtp_scale != 0;
  const Pass<M> pass = s.main_pass(sample, weights, gradients);
  s.forward(pass, sample);
  s.d_hidden.zeroed(pass.rows * s.dim());
  std::optional<Pass<M>> mtp;
  if (with_mtp) {
    s.mtp_rows = MtpRows(sample);
    s.mtp_documents = with_rows(s.mtp_rows.documents, INT64_MAX);
    mtp.emplace(s.mtp_pass(weights, gradients));
    s.forward_mtp(*mtp);
    s.d_mtp_hidden.zeroed(mtp->rows * s.dim());
  }
  const Losses losses = s.head(sample, options, pass);
  if (gradients == nullptr) return losses;
  if (mtp) s.backward_mtp(*mtp);
  s.backward(pass, sample, with_mtp);
  return losses;
}

template class TextModel<FloatMath>;
template class TextModel<DoubleMath>;

}  // namespace capy::train
