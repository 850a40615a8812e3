// SPDX-License-Identifier: Apache-2.0
#include "apps/calibration.h"

#include <algorithm>
#include <span>
#include <unordered_map>

#include "apps/interrupt.h"
#include "apps/progress.h"
#include "base/concat.h"
#include "base/mapped_file.h"
#include "kernels/kernels.h"

namespace capy {
namespace {

constexpr int64_t kTextBytesMax = int64_t{1} << 30;
constexpr int64_t kWindow = 512;

// Takes the inputs of products as they come, turned and in the order of Hugging Face's columns. Matrices that share an
// input see it one after the other: it is added up once, and their names mean the same moments.
class Observer {
 public:
  Observer(InputMoments& moments, const WeightSource& source, const KernelTable& kernels)
      : moments_(moments), source_(source), kernels_(kernels) {
    for (size_t i = 0; i < source.tensors().size(); ++i) index_of_.emplace(source.stored(i).name, i);
  }

  void see(const std::string& matrix, const float* x, int64_t rows, int64_t columns) {
    const auto found = index_of_.find(matrix);
    if (found == index_of_.end()) return;
    const std::string name = source_.name(found->second);
    const std::span<const float> input(x, static_cast<size_t>(rows * columns));
    const bool moves = source_.moves_columns(found->second);
    if (!moves && std::ranges::equal(input, last_input_)) return moments_.share(name, last_name_);
    rotated_.resize(static_cast<size_t>(rows * columns));
    for (int64_t row = 0; row < rows; ++row) {
      float* const out = rotated_.data() + row * columns;
      source_.order_columns(found->second, x + row * columns, out);
      kernels_.hadamard(out, out, columns);
    }
    moments_.add(name, rotated_.data(), rows, columns);
    last_input_.assign(input.begin(), moves ? input.begin() : input.end());
    last_name_ = name;
  }

 private:
  InputMoments& moments_;
  const WeightSource& source_;
  const KernelTable& kernels_;
  std::unordered_map<std::string, size_t> index_of_;  // by the name in the file
  std::vector<float> rotated_;
  std::vector<float> last_input_;
  std::string last_name_;
};

EvaluationOptions evaluation_of(Progress& progress) {
  EvaluationOptions evaluation;
  evaluation.window = kWindow;
  evaluation.on_progress = [&progress](int64_t done, int64_t total) {
    progress.update(done, total);
    return !interrupted();
  };
  return evaluation;
}

}  // namespace

Result<Calibration> observe_inputs(const ModelChoice& original, const std::string& file, int64_t tokens_max,
                                   const WeightSource& source, ThreadPool& pool) {
  const KernelTable* const kernels = TRY(choose_kernels());
  const std::string text = TRY(read_file(file, kTextBytesMax));
  Calibration calibration{InputMoments(pool), {}, {}};
  Observer observer(calibration.moments, source, *kernels);
  EngineOptions options = TRY(engine_options(original));
  options.on_inputs = [&observer](const std::string& matrix, const float* x, int64_t rows, int64_t columns) {
    observer.see(matrix, x, rows, columns);
  };
  const std::unique_ptr<Engine> engine = TRY(open_engine(original.model, std::move(options)));
  std::vector<int32_t> tokens = TRY(tokens_of_text(*engine, text));
  tokens.resize(std::min(tokens.size(), static_cast<size_t>(tokens_max)));
  const auto count = static_cast<int64_t>(tokens.size());
  const int64_t held_out = std::max(count / 5 / kWindow, int64_t{1}) * kWindow;
  if (count < held_out + kWindow) {
    return Error{ErrorCode::kInvalid, concat(file, ": has ", count, " tokens; --calibrate needs ", 2 * kWindow,
                                             " at least, and some ten thousand to be worth it")};
  }
  calibration.held_out.assign(tokens.end() - held_out, tokens.end());
  tokens.resize(static_cast<size_t>(count - held_out));
  Progress progress("reading " + file, Progress::Unit::kTokens);
  TRY(evaluate(*engine, tokens, evaluation_of(progress)));
  return calibration;
}

Status measure_divergence(const ModelChoice& original, const std::string& quantized, Calibration& calibration) {
  const std::unique_ptr<Engine> reference = TRY(open_engine(original));
  ModelChoice made;
  made.model = quantized;
  made.threads = original.threads;
  const std::unique_ptr<Engine> engine = TRY(open_engine(made));
  Progress progress("comparing", Progress::Unit::kTokens);
  calibration.divergence = TRY(compare(*engine, *reference, calibration.held_out, evaluation_of(progress)));
  return {};
}

}  // namespace capy
