// SPDX-License-Identifier: Apache-2.0
// The whole text model: from the tokens of a packed sample to losses and the gradients of all parameters, MTP head too
// (SPEC 2 and 3). A sample's gradients are added to what is there. Chains run over rows ascending and documents one
// after the other, so several samples added in turn, and documents packed or one by one, give the same bytes.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "train/adapters.h"
#include "train/blocks.h"

namespace capy::train {

// Tokens of which the first `rows` are read and the others only predicted (a text that is cut at a sample's border
// still teaches its next token).
struct Sample {
  std::span<const int32_t> tokens;        // < vocab (the caller has checked)
  std::span<const Document> documents;    // in order, not empty, covering all tokens
  std::span<const float> target_weights;  // [tokens]: of predicting this token; empty: 1 for all. A document's first
                                          // token is nobody's target
  int64_t rows = 0;                       // 0: all

  int64_t row_count() const { return rows > 0 ? rows : static_cast<int64_t>(tokens.size()); }
};

struct LossOptions {
  double scale = 1;      // gradients are of scale * sum of weight * loss
  double mtp_scale = 0;  // likewise for the MTP head's losses; 0: it is not run
  double z_loss = 0;
};

struct Losses {
  double sum = 0;      // of weight * cross-entropy
  double weights = 0;  // of the targets
  double mtp_sum = 0;
  double mtp_weights = 0;

  Losses& operator+=(const Losses& other);
};

// The targets of a sample: what a mean is divided by.
Losses target_weights(const Sample& sample, bool with_mtp);

// What a pass keeps of its layers for the backward: all that they computed, or each layer's input alone, from which the
// layer is computed again. The bytes are the same; the second takes a third more time and, per layer, about a twentieth
// of the memory.
enum class Keep { kAll, kInputs };

// About how many bytes kAll keeps of a sample of so many rows.
int64_t kept_bytes(const ModelConfig& config, int64_t rows);

template <class M>
class TextModel {
 public:
  using V = typename M::Value;

  TextModel(const ModelConfig& config, const ParameterList& parameters, const M& math, const KernelTable& kernels,
            Keep keep = Keep::kAll);
  // A frozen model with adapters: weights and gradients are the adapters'. Its MTP head is not run.
  TextModel(const ModelConfig& config, const AdaptedModel& adapted, const M& math, const KernelTable& kernels,
            Keep keep = Keep::kAll);
  ~TextModel();

  // gradients[parameters.gradient_values()], added to; nullptr: losses only. fold_lookups() is for whoever reads them.
  Losses run(const Sample& sample, const LossOptions& options, const V* weights, V* gradients);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace capy::train
