// SPDX-License-Identifier: Apache-2.0
#include "train/operation_count.h"

#include <algorithm>

namespace capy::train {
namespace {

// Of a forward pass.
struct Costs {
  double row = 0;      // of a token in the decoder's layers
  double pair = 0;     // of a token that attends to another, or to itself
  double mtp_row = 0;  // the same in the MTP head
  double mtp_pair = 0;
  double target = 0;  // of the logits of one row
};

Costs costs_of(const ModelConfig& c, const ParameterList& parameters) {
  const ModelSlots& slots = parameters.slots();
  Costs costs;
  for (const Parameter& p : parameters.all()) {
    if (p.kind != ParameterKind::kMatrix) continue;
    const bool is_mtp = slots.mtp && p.offset >= slots.mtp->fc;
    (is_mtp ? costs.mtp_row : costs.row) += 2.0 * static_cast<double>(p.count);
  }
  // Of a head: the state decays, is asked for k and for q, and is added to.
  const auto recurrence = static_cast<double>(7 * c.value_heads * c.key_dim * c.value_dim);
  const auto convolution = static_cast<double>(2 * c.conv_channels() * c.taps);
  costs.row += static_cast<double>(c.linear_layers()) * (recurrence + convolution);
  costs.mtp_pair = static_cast<double>(4 * c.query_width());
  costs.pair = static_cast<double>(c.full_layers()) * costs.mtp_pair;
  costs.target = static_cast<double>(2 * c.vocab * c.dim);
  return costs;
}

double pairs(int64_t rows) { return static_cast<double>(rows) * static_cast<double>(rows + 1) / 2; }

// The targets of a document at a distance, which only count where they have a weight.
int64_t targets(const Sample& sample, const Document& document, int64_t ahead) {
  const int64_t end = std::min(document.end, sample.row_count() + ahead);
  const int64_t begin = document.begin + ahead;
  if (sample.target_weights.empty()) return std::max<int64_t>(end - begin, 0);
  int64_t count = 0;
  for (int64_t i = begin; i < end; ++i) count += sample.target_weights[static_cast<size_t>(i)] != 0 ? 1 : 0;
  return count;
}

}  // namespace

double step_operations(const ModelConfig& config, const ParameterList& parameters, std::span<const Sample> samples,
                       bool with_mtp) {
  const Costs costs = costs_of(config, parameters);
  double forward = 0;
  for (const Sample& sample : samples) {
    for (const Document& document : sample.documents) {
      const int64_t rows = std::min(document.end, sample.row_count()) - document.begin;
      if (rows <= 0) continue;
      forward += costs.row * static_cast<double>(rows) + costs.pair * pairs(rows) +
                 costs.target * static_cast<double>(targets(sample, document, 1));
      const int64_t mtp_rows = std::min(document.length() - 2, rows);
      if (!with_mtp || mtp_rows <= 0) continue;
      forward += costs.mtp_row * static_cast<double>(mtp_rows) + costs.mtp_pair * pairs(mtp_rows) +
                 costs.target * static_cast<double>(targets(sample, document, 2));
    }
  }
  return 3 * forward;
}

}  // namespace capy::train
