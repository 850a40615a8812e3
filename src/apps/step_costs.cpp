// SPDX-License-Identifier: Apache-2.0
#include "apps/step_costs.h"

#include "apps/model_summary.h"
#include "model/model.h"

namespace capy {
namespace {

// Each token reads S and, on average, half a window of log entries; once in a window S is read and a new one written.
double state_traffic(const StateLayout& layout) {
  constexpr double kWindow = StateLayout::kWindow;
  const auto entry_floats =
      static_cast<double>(layout.key_heads * layout.key_dim + layout.value_heads * layout.value_dim);
  const auto columns = static_cast<double>((layout.taps - 1) * layout.channels);
  const double states = static_cast<double>(layout.layers * layout.state_floats()) * (1 + 2 / kWindow);
  return 4 * (states + static_cast<double>(layout.layers) * (entry_floats * kWindow / 2 + columns));
}

}  // namespace

Result<StepCosts> step_costs(const Engine& engine) {
  const ModelSummary summary = TRY(summarize(engine.model().checkpoint()));
  const ModelSizes sizes = engine.model().sizes();
  const ModelConfig& config = engine.model().config();
  StepCosts costs;
  costs.weight_bytes = static_cast<double>(sizes.step_bytes);
  costs.kv_bytes_per_token = static_cast<double>(summary.kv_layout(engine.kv_type()).bytes_per_token());
  costs.state_bytes = state_traffic(summary.state_layout());
  costs.product_operations = 2.0 * static_cast<double>(sizes.parameters_decoder);
  costs.head_operations = 2.0 * static_cast<double>(config.vocab * config.dim);
  return costs;
}

}  // namespace capy
