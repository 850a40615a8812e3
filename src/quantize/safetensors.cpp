// SPDX-License-Identifier: Apache-2.0
// Safetensors with packed matrices (docs/FORMATS.md), or with plain types.
#include <algorithm>

#include "base/concat.h"
#include "formats/writer.h"
#include "model/matrix.h"
#include "model/matrix_packing.h"
#include "model/packed_tensor.h"
#include "quantize/panel_packer.h"
#include "quantize/quantize.h"
#include "quantize/tensor_writer.h"

namespace capy {
namespace {

// How one tensor is written.
struct Plan {
  size_t index = 0;
  bool packed = false;
  MatrixFormat format = MatrixFormat::kInt8Packed;  // of packed ones
  DType type = DType::kF32;                         // of the others
  TensorDescription description;
};

// The embedding is looked up, not multiplied with: it keeps 8 bits, unless it is the head too.
MatrixFormat embedding_format(const ModelConfig& config, const QuantizeOptions& options) {
  if (options.type == WeightType::kInt8 || !config.tied) return MatrixFormat::kInt8Packed;
  return product_of(MatrixRole::kHead, Product::kInt4, options.all_int4) == Product::kInt4 ? MatrixFormat::kInt4Packed
                                                                                           : MatrixFormat::kInt8Packed;
}

MatrixFormat packed_format(const ModelTensor& tensor, const ModelConfig& config, const QuantizeOptions& options) {
  if (tensor.kind == TensorKind::kEmbedding) return embedding_format(config, options);
  const Product asked = options.type == WeightType::kInt4 ? Product::kInt4 : Product::kInt8;
  return product_of(tensor.role, asked, options.all_int4) == Product::kInt4 ? MatrixFormat::kInt4Packed
                                                                            : MatrixFormat::kInt8Packed;
}

bool is_packed(WeightType type) { return type == WeightType::kInt8 || type == WeightType::kInt4; }

// Vectors and gates stay as they are; what was a block type or a GGUF convention becomes f32.
DType plain_type(const WeightSource& source, size_t index, const QuantizeOptions& options) {
  const TensorKind kind = source.tensors()[index].kind;
  const bool large = kind == TensorKind::kMatrix || kind == TensorKind::kEmbedding;
  if (large) return options.type == WeightType::kF32 ? DType::kF32 : DType::kBF16;
  const DType stored = source.stored(index).type;
  const bool plain = stored == DType::kF32 || stored == DType::kBF16 || stored == DType::kF16;
  return plain && source.is_stored_plainly(index) ? stored : DType::kF32;
}

std::vector<Plan> make_plans(const WeightSource& source, const QuantizeOptions& options) {
  std::vector<Plan> plans;
  for (size_t i = 0; i < source.tensors().size(); ++i) {
    const ModelTensor& tensor = source.tensors()[i];
    Plan plan;
    plan.index = i;
    plan.packed =
        is_packed(options.type) && (tensor.kind == TensorKind::kMatrix || tensor.kind == TensorKind::kEmbedding);
    if (plan.packed) {
      plan.format = packed_format(tensor, source.config(), options);
      plan.description = {packed_tensor_name(source.name(i), plan.format),
                          DType::kU8,
                          {matrix_bytes(plan.format, tensor.shape[0], tensor.shape[1])}};
    } else {
      plan.type = plain_type(source, i, options);
      plan.description = {source.name(i), plan.type, tensor.shape};
    }
    plans.push_back(std::move(plan));
  }
  // Packed ones first: their sizes are multiples of 64, so that all of them begin aligned.
  std::stable_partition(plans.begin(), plans.end(), [](const Plan& plan) { return plan.packed; });
  return plans;
}

const char* written_name(const Plan& plan) {
  if (!plan.packed) return dtype_info(plan.type).name;
  return plan.format == MatrixFormat::kInt4Packed ? "int4" : "int8";
}

class ModelWriter {
 public:
  ModelWriter(const WeightSource& source, const QuantizeOptions& options, const KernelTable& kernels, ThreadPool& pool,
              TensorWriter& out)
      : source_(source), options_(options), kernels_(kernels), pool_(pool), out_(out) {}

  Status write(const Plan& plan) {
    const ModelTensor& tensor = source_.tensors()[plan.index];
    TensorReport report;
    report.name = source_.name(plan.index);
    report.shape = tensor.shape;
    report.from = dtype_info(source_.stored(plan.index).type).name;
    report.to = written_name(plan);
    report.bytes = plan.description.bytes();
    report.values = tensor.count();
    TRY(plan.packed ? write_packed(plan, report) : write_plain(plan, report));
    out_.add(std::move(report));
    return {};
  }

 private:
  Status write_packed(const Plan& plan, TensorReport& report);
  Status write_plain(const Plan& plan, TensorReport& report);

  const WeightSource& source_;
  const QuantizeOptions& options_;
  const KernelTable& kernels_;
  ThreadPool& pool_;
  TensorWriter& out_;
};

// A chunk of panels at a time, so that progress is seen and an interrupt is heard.
constexpr int64_t kChunkPanels = 256;

Status ModelWriter::write_packed(const Plan& plan, TensorReport& report) {
  const int64_t rows = report.shape[0];
  const int64_t columns = report.shape[1];
  const AlignedBytes bytes = allocate_aligned(report.bytes);
  const MatrixView view = view_of(plan.format, rows, columns, bytes.get());
  const int64_t panels = packed_panels(rows);
  std::vector<ErrorSums> errors(static_cast<size_t>(panels));  // added up in their order, whoever made them
  const std::vector<InputMoments::Block>* const moments =
      options_.moments == nullptr ? nullptr : options_.moments->find(report.name);
  const PanelPacker packer(plan.format, rows, columns, moments);
  std::vector<std::vector<float>> scratch(static_cast<size_t>(pool_.threads()),
                                          std::vector<float>(static_cast<size_t>((kPanelRows + 1) * columns)));
  for (int64_t first = 0; first < panels; first += kChunkPanels) {
    const int64_t count = std::min(kChunkPanels, panels - first);
    pool_.for_ranges(count, 1, [&](int64_t begin, int64_t end, int worker) {
      float* const values = scratch[static_cast<size_t>(worker)].data();
      for (int64_t panel = first + begin; panel < first + end; ++panel) {
        const int64_t row = panel * kPanelRows;
        const int64_t here = std::min(kPanelRows, rows - row);
        source_.read_rows(plan.index, row, here, values);
        for (int64_t i = 0; i < here; ++i) kernels_.hadamard(values + i * columns, values + i * columns, columns);
        packer.pack(values, here, panel, bytes.get());
        errors[static_cast<size_t>(panel)] = packer.measure(view, values, row, here, values + kPanelRows * columns);
      }
    });
    TRY(out_.advance(std::min(count * kPanelRows, rows - first * kPanelRows) * columns));
  }
  ErrorSums sums;
  for (const ErrorSums& part : errors) sums.add(part);
  report.relative_error = sums.relative();
  report.output_error = moments == nullptr ? -1 : sums.relative_output();
  return out_.write_bytes(std::span(bytes.get(), static_cast<size_t>(report.bytes)));
}

Status ModelWriter::write_plain(const Plan& plan, TensorReport& report) {
  const Tensor& stored = source_.stored(plan.index);
  if (source_.is_stored_plainly(plan.index) && stored.type == plan.type) {
    TRY(out_.write_bytes(stored.bytes));
    return out_.advance(report.values);
  }
  const ModelTensor& tensor = source_.tensors()[plan.index];
  const auto read = [&](int64_t first, int64_t count, float* out) { source_.read_rows(plan.index, first, count, out); };
  const ErrorSums sums = TRY(out_.write_rows(read, tensor.shape[0], tensor.width(), plan.type));
  report.relative_error = sums.relative();
  return {};
}

}  // namespace

std::string quantization_entry(const QuantizeOptions& options) {
  if (!is_packed(options.type)) return "";
  return concat(R"({"version": )", kPackedTensorVersion, R"(, "type": ")",
                options.type == WeightType::kInt4 ? "int4" : "int8", R"("})");
}

Result<QuantizeReport> write_safetensors(const WeightSource& source, std::string_view path,
                                         const QuantizeOptions& options, ThreadPool& pool) {
  const KernelTable* const kernels = TRY(choose_kernels());
  const std::vector<Plan> plans = make_plans(source, options);
  std::vector<TensorDescription> descriptions;
  int64_t total = 0;
  for (const Plan& plan : plans) {
    descriptions.push_back(plan.description);
    total += source.stored(plan.index).count();
  }
  for (const Tensor* const tensor : source.others()) {
    descriptions.push_back({tensor->name, tensor->type, tensor->shape});
    total += tensor->count();
  }
  TensorStream stream = TRY(SafetensorsWriter::create(path, descriptions));
  TensorWriter out(std::move(stream), options, pool, total);
  ModelWriter writer(source, options, *kernels, pool, out);
  for (const Plan& plan : plans) TRY(writer.write(plan));
  for (const Tensor* const tensor : source.others()) {
    TRY(out.write_bytes(tensor->bytes));
    out.add_untold(tensor->count(), static_cast<int64_t>(tensor->bytes.size()));
    TRY(out.advance(tensor->count()));
  }
  return out.finish();
}

}  // namespace capy
