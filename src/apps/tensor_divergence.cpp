// SPDX-License-Identifier: Apache-2.0
#include "apps/tensor_divergence.h"

#include <algorithm>
#include <unordered_map>
#include <utility>
#include <vector>

#include "apps/interrupt.h"
#include "apps/progress.h"
#include "base/concat.h"
#include "evaluate/kept_logits.h"
#include "quantize/written_tensors.h"

namespace capy {
namespace {

struct Item {
  TensorReport* report;
  size_t index;  // of the source
};

bool reaches_logits(const ModelTensor& tensor, const ModelConfig& config) {
  const bool is_matrix = tensor.kind == TensorKind::kMatrix || tensor.kind == TensorKind::kEmbedding;
  return is_matrix && tensor.layer != ModelTensor::kMtp && tensor.layer < config.layers;
}

// What lost nothing costs nothing; the others have to be measured.
std::vector<Item> items_of(const WeightSource& source, QuantizeReport& report) {
  std::unordered_map<std::string, size_t> index_of;
  for (size_t i = 0; i < source.tensors().size(); ++i) {
    if (reaches_logits(source.tensors()[i], source.config())) index_of.emplace(source.name(i), i);
  }
  std::vector<Item> items;
  for (TensorReport& tensor : report.tensors) {
    const auto found = index_of.find(tensor.name);
    if (found == index_of.end()) continue;
    if (tensor.relative_error > 0) {
      items.push_back({&tensor, found->second});
    } else {
      tensor.divergence = 0;
    }
  }
  return items;
}

Result<std::unique_ptr<Engine>> open_original(const ModelChoice& original, int64_t tokens) {
  ModelChoice plain = original;
  plain.type = "f32";
  plain.kv = "f32";
  plain.context = tokens;
  EngineOptions options = TRY(engine_options(plain));
  options.chunk_tokens = tokens;
  options.cache_directory.clear();  // a form of the model that nobody wants a second time
  return open_engine(original.model, std::move(options));
}

}  // namespace

Status measure_tensors(const ModelChoice& original, const std::string& out, const WeightSource& source,
                       std::span<const int32_t> text, ThreadPool& pool, QuantizeReport& report) {
  const std::vector<Item> items = items_of(source, report);
  const WrittenTensors written = TRY(WrittenTensors::open(out, source));
  const std::unique_ptr<Engine> engine = TRY(open_original(original, static_cast<int64_t>(text.size())));
  const KeptLogits kept = TRY(KeptLogits::of(*engine, text, kUnscoredTokens));
  Progress progress("comparing tensor by tensor");
  for (size_t i = 0; i < items.size(); ++i) {
    progress.update(static_cast<int64_t>(i), static_cast<int64_t>(items.size()));
    if (interrupted()) return interruption();
    const std::vector<float> values = TRY(written.in_order_of_source(items[i].index, pool));
    if (!engine->substitute(source.stored(items[i].index).name, values)) continue;
    Result<Estimate> divergence = kept.divergence(*engine);
    engine->end_substitution();
    const Estimate estimate = TRY(std::move(divergence));
    items[i].report->divergence = std::max(0.0, estimate.mean);  // rounding may leave a little less
    items[i].report->divergence_error = estimate.standard_error;
  }
  return {};
}

}  // namespace capy
