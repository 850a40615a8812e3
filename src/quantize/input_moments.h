// SPDX-License-Identifier: Apache-2.0
// What the inputs of a model's matrices look like on a text: for each block of kQuantBlock columns the second moments
// of the rotated inputs, sum x x^T. Columns of different blocks are taken as independent: the whole of a matrix with
// 3,584 columns would be 51 MB, its blocks are 3.7 MB.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/thread_pool.h"
#include "tensor/matrix.h"

namespace capy {

class InputMoments {
 public:
  // Moments of one block: [width][width], width <= kQuantBlock; the upper triangle counts (i <= j).
  struct Block {
    int64_t width = 0;
    std::vector<double> sums;
  };

  explicit InputMoments(ThreadPool& pool) : pool_(&pool) {}

  // Adds rows of inputs, rotated, [rows][columns], for the matrix of this name. One thread at a time. 4 us a block and
  // row.
  void add(const std::string& matrix, const float* rotated, int64_t rows, int64_t columns);

  // `matrix` sees the inputs that `other` sees.
  void share(const std::string& matrix, const std::string& other);

  // nullptr where the matrix saw no input.
  const std::vector<Block>* find(const std::string& matrix) const;

 private:
  ThreadPool* pool_;
  std::map<std::string, std::vector<Block>, std::less<>> blocks_;
  std::map<std::string, std::string, std::less<>> shared_;  // whose blocks stand for a matrix
};

}  // namespace capy
