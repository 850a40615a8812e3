// SPDX-License-Identifier: Apache-2.0
// A weight matrix W [rows, columns] and its product with rows of activations. Row-major matrices are views into the
// mapped file where the file's format can be used as it is; converted ones own their memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "kernels/kernels.h"
#include "model/batch.h"
#include "tensor/matrix.h"

namespace capy {

// How a product is computed (DESIGN 2): f32 activations; activations rounded to bf16; activations quantised to int8 and
// weights of 8 or of 4 bits.
enum class Product : uint8_t { kF32, kBF16, kInt8, kInt4 };

// Counts changes of any result's bytes (DESIGN 2): what was stored by another arithmetic must not be gone on with.
constexpr uint64_t kArithmeticVersion = 3;  // 2: int8 rows are rotated; 3: blocks of 256

constexpr bool takes_int8_rows(Product product) { return product == Product::kInt8 || product == Product::kInt4; }

// 64-byte aligned memory without a value: for weights that are about to be written.
struct AlignedDelete {
  void operator()(std::byte* block) const { ::operator delete[](block, std::align_val_t{64}); }
};
using AlignedBytes = std::unique_ptr<std::byte[], AlignedDelete>;
AlignedBytes allocate_aligned(int64_t bytes);

// One adapter's side path beside one matrix: out += scale * B (A x), never merged (DESIGN 2).
struct LoraPath {
  int32_t adapter = 0;
  float scale = 0;
  MatrixView a;  // [r, columns], f32
  MatrixView b;  // [rows, r], f32
  AlignedBytes memory;
};

struct Matrix {
  MatrixView view;
  Product product = Product::kF32;
  AlignedBytes memory;  // empty when the view lies in a mapped file: the checkpoint's or the cache's
  std::vector<LoraPath> loras;

  int64_t rows() const { return view.rows; }
  int64_t columns() const { return view.columns; }
  int64_t bytes() const;  // of the weights as they are held
};

// A matrix by the name of the tensor that it was made from.
struct NamedMatrix {
  std::string name;
  MatrixView view;
};

// Activations [rows][columns] with the forms that products need, made once per layer input.
struct ActivationRows {
  const float* x = nullptr;
  int64_t rows = 0;
  int64_t columns = 0;
  const uint16_t* bf16 = nullptr;  // set when prepared for kBF16
  Int8Rows int8;                   // set when prepared for kInt8 or kInt4
};

// Turns rows of activations into the forms that a product needs. The memory comes from compute.arena: it lasts until
// the caller's scope ends.
class RowForms {
 public:
  RowForms(const float* x, int64_t rows, int64_t columns, Product product, Compute& compute);
  void make(int64_t row, int worker, const KernelTable& kernels) const;
  bool is_needed() const { return rows_.bf16 != nullptr || rows_.int8.codes != nullptr; }
  const ActivationRows& rows() const { return rows_; }

 private:
  ActivationRows rows_;
  uint16_t* bf16_ = nullptr;
  int8_t* codes_ = nullptr;
  float* scales_ = nullptr;
  int32_t* sums_ = nullptr;
  float* rotated_ = nullptr;  // a row for each thread
};
constexpr int64_t kPreparedRows = 4;  // that a thread takes at once

ActivationRows prepare_rows(const float* x, int64_t rows, int64_t columns, Product product, Compute& compute);

// The same of rows that `write(row)` writes to x first, on any thread: a row is still in the cache when it is turned.
template <class WriteRow>
ActivationRows write_and_prepare_rows(const float* x, int64_t rows, int64_t columns, Product product, Compute& compute,
                                      const WriteRow& write) {
  const RowForms forms(x, rows, columns, product, compute);
  compute.pool.for_ranges(rows, kPreparedRows, [&](int64_t begin, int64_t end, int worker) {
    for (int64_t row = begin; row < end; ++row) {
      write(row);
      forms.make(row, worker, compute.kernels);
    }
  });
  return forms.rows();
}

// out[row][n] = (W x_row)[n], rows out_stride apart, with the side paths of each slice's adapters. `x` must have been
// prepared for matrix.product. `batch` may be nullptr where no adapters apply.
void multiply(float* out, int64_t out_stride, const ActivationRows& x, const Matrix& matrix, const Batch* batch,
              Compute& compute);

// Some products of the same rows. The threads take the tiles of all of them from one queue: they meet once.
struct ProductOutput {
  float* out = nullptr;
  int64_t out_stride = 0;
  const Matrix* matrix = nullptr;
};
void multiply_all(std::span<const ProductOutput> products, const ActivationRows& x, const Batch* batch,
                  Compute& compute);

}  // namespace capy
