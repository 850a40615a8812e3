// SPDX-License-Identifier: Apache-2.0
#include "apps/merged_weights.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>
#include <vector>

#include "base/concat.h"
#include "codec/encode.h"
#include "formats/writer.h"

namespace capy {
namespace {

constexpr int64_t kChunkValues = int64_t{1} << 20;

std::vector<float> values_of(const Tensor& tensor) {
  std::vector<float> values(static_cast<size_t>(tensor.count()));
  decode(tensor.type, tensor.bytes, tensor.count(), values.data());
  return values;
}

bool is_large(TensorKind kind) {
  return kind == TensorKind::kMatrix || kind == TensorKind::kGate || kind == TensorKind::kEmbedding;
}

// What one adapter does to one matrix.
class Change {
 public:
  Change(const LoraModule& module, float scale)
      : rank_(module.rank), scale_(scale * module.scale), a_(values_of(*module.a)), b_(values_of(*module.b)) {
    if (module.magnitude != nullptr) magnitude_ = values_of(*module.magnitude);
  }

  // `sum`: scratch of `columns` values.
  void apply(int64_t row, int64_t columns, float* w, float* sum) const {
    std::fill_n(sum, columns, 0.0F);
    for (int64_t r = 0; r < rank_; ++r) {
      const float factor = b_[static_cast<size_t>(row * rank_ + r)];
      const float* const a = a_.data() + r * columns;
      for (int64_t k = 0; k < columns; ++k) sum[k] += factor * a[k];
    }
    for (int64_t k = 0; k < columns; ++k) w[k] += scale_ * sum[k];
    if (!magnitude_.empty()) set_length(magnitude_[static_cast<size_t>(row)], columns, w);
  }

 private:
  static void set_length(float length, int64_t columns, float* w) {
    double square = 0;
    for (int64_t k = 0; k < columns; ++k) square += static_cast<double>(w[k]) * static_cast<double>(w[k]);
    if (square == 0) return;
    const auto factor = static_cast<float>(static_cast<double>(length) / std::sqrt(square));
    for (int64_t k = 0; k < columns; ++k) w[k] *= factor;
  }

  int64_t rank_;
  float scale_;
  std::vector<float> a_;
  std::vector<float> b_;
  std::vector<float> magnitude_;
};

class Merge {
 public:
  Merge(const WeightSource& source, const MergeOptions& options, ThreadPool& pool)
      : source_(source), options_(options), pool_(pool), changes_(source.tensors().size()) {}

  Status add(const MergePart& part) {
    std::unordered_map<std::string, size_t> matrices;
    for (size_t i = 0; i < source_.tensors().size(); ++i) {
      const TensorKind kind = source_.tensors()[i].kind;
      const bool looked_up = kind == TensorKind::kEmbedding;  // an adapter of it is another thing
      if (is_large(kind) && !looked_up) matrices.emplace(lora_module_path(source_.name(i)), i);
    }
    for (const LoraModule& module : part.adapter.modules()) {
      const auto found = matrices.find(module.path);
      if (found == matrices.end()) {
        return Error{ErrorCode::kInvalid, concat(part.adapter.directory(), ": the adapter changes ", module.path,
                                                 ", which this model does not have. Was it made for another model?")};
      }
      const std::vector<int64_t>& shape = source_.tensors()[found->second].shape;
      if (module.b->shape[0] != shape[0] || module.a->shape[1] != shape[1]) {
        return Error{ErrorCode::kInvalid,
                     concat(part.adapter.directory(), ": the adapter's ", module.path, " is for a matrix of ",
                            module.b->shape[0], " x ", module.a->shape[1], "; this model's is ", shape[0], " x ",
                            shape[1], ". Was it made for another model?")};
      }
      changes_[found->second].push_back({&module, part.scale});
    }
    return {};
  }

  Result<MergeReport> write(const std::string& path) {
    std::vector<TensorDescription> descriptions;
    for (size_t i = 0; i < changes_.size(); ++i) {
      descriptions.push_back({source_.name(i), type_of(i), source_.tensors()[i].shape});
      total_ += source_.tensors()[i].count();
    }
    for (const Tensor* const tensor : source_.others()) {
      descriptions.push_back({tensor->name, tensor->type, tensor->shape});
    }
    MergeReport report;
    report.values = total_;
    for (const TensorDescription& description : descriptions) report.bytes += description.bytes();
    TensorStream stream = TRY(SafetensorsWriter::create(path, descriptions));
    for (size_t i = 0; i < changes_.size(); ++i) {
      report.modules += changes_[i].empty() ? 0 : 1;
      TRY(write_tensor(i, stream));
    }
    for (const Tensor* const tensor : source_.others()) TRY(stream.write(tensor->bytes));
    TRY(stream.finish());
    return report;
  }

 private:
  struct Wanted {
    const LoraModule* module;
    float scale;
  };

  // Block types, and what GGUF stores in its own way, have no form of their own in the file.
  DType type_of(size_t i) const {
    const bool large = is_large(source_.tensors()[i].kind);
    if (large && options_.type) return *options_.type;
    const DType stored = source_.stored(i).type;
    const bool plain = stored == DType::kF32 || stored == DType::kBF16 || stored == DType::kF16;
    if (plain && (large || source_.is_stored_plainly(i))) return stored;
    return large ? DType::kBF16 : DType::kF32;
  }

  Status write_tensor(size_t i, TensorStream& stream) {
    const ModelTensor& tensor = source_.tensors()[i];
    const DType type = type_of(i);
    if (changes_[i].empty() && source_.is_stored_plainly(i) && source_.stored(i).type == type) {
      TRY(stream.write(source_.stored(i).bytes));
      return advance(tensor.count());
    }
    std::vector<Change> changes;
    for (const Wanted& wanted : changes_[i]) changes.emplace_back(*wanted.module, wanted.scale);
    const int64_t width = tensor.width();
    const int64_t row_bytes = dtype_bytes(type, width);
    const int64_t chunk = std::clamp<int64_t>(kChunkValues / width, 1, tensor.shape[0]);
    std::vector<float> values(static_cast<size_t>(chunk * width));
    std::vector<std::byte> encoded(static_cast<size_t>(chunk * row_bytes));
    for (int64_t first = 0; first < tensor.shape[0]; first += chunk) {
      const int64_t count = std::min(chunk, tensor.shape[0] - first);
      pool_.for_ranges(count, 16, [&](int64_t begin, int64_t end, int) {
        float* const own = values.data() + begin * width;
        source_.read_rows(i, first + begin, end - begin, own);
        std::vector<float> sum(static_cast<size_t>(width));
        for (int64_t row = begin; row < end; ++row) {
          for (const Change& change : changes)
            change.apply(first + row, width, values.data() + row * width, sum.data());
        }
        encode(type, own, (end - begin) * width,
               std::span(encoded).subspan(static_cast<size_t>(begin * row_bytes),
                                          static_cast<size_t>((end - begin) * row_bytes)));
      });
      TRY(stream.write(std::span(encoded).first(static_cast<size_t>(count * row_bytes))));
      TRY(advance(count * width));
    }
    return {};
  }

  Status advance(int64_t values) {
    done_ += values;
    if (options_.on_progress && !options_.on_progress(done_, total_))
      return Error{ErrorCode::kCancelled, "interrupted"};
    return {};
  }

  const WeightSource& source_;
  const MergeOptions& options_;
  ThreadPool& pool_;
  std::vector<std::vector<Wanted>> changes_;  // of each tensor
  int64_t done_ = 0;
  int64_t total_ = 0;
};

}  // namespace

Result<MergeReport> write_merged(const WeightSource& source, std::span<const MergePart> parts, const std::string& path,
                                 const MergeOptions& options, ThreadPool& pool) {
  Merge merge(source, options, pool);
  for (const MergePart& part : parts) TRY(merge.add(part));
  return merge.write(path);
}

}  // namespace capy
