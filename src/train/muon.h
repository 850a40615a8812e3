// SPDX-License-Identifier: Apache-2.0
// Muon for the matrices of products: momentum whose singular values are brought near 1 by Newton and Schulz's iteration
// (Jordan et al. 2024), five times X <- a X + (b A + c A A) X with A = X X^T. The step is scaled by 0.2 sqrt(max(rows,
// columns)), so that it is as large as AdamW's and takes the same learning rate (Liu et al. 2025). What is no matrix is
// AdamW's.
#pragma once

#include <vector>

#include "train/arithmetic.h"
#include "train/parameters.h"

namespace capy::train {

struct MuonOptions {
  double momentum = 0.95;  // Nesterov's
  double weight_decay = 0.1;
};

// x[rows][columns] in place.
void orthogonalise(const FloatMath& math, float* x, int64_t rows, int64_t columns);

class Muon {
 public:
  Muon(const ParameterList& parameters, const MuonOptions& options);

  static bool steps_on(const Parameter& parameter) { return parameter.kind == ParameterKind::kMatrix; }
  void step(const FloatMath& math, float* weights, const float* gradients, double learning_rate, double scale);
  std::vector<float>& momentum() { return momentum_; }  // [parameters.values()]

 private:
  const ParameterList& parameters_;
  MuonOptions options_;
  std::vector<float> momentum_;
};

}  // namespace capy::train
