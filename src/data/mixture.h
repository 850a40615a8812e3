// SPDX-License-Identifier: Apache-2.0
// Deals the positions of a stream out to its sources, each by its share, as evenly as whole numbers allow.
//
// The sources are the leaves of a binary tree. At a node whose left part has the share a of m, position p goes left if
// floor((p + 1) a / m) > floor(p a / m); it is then the left part's position floor(p a / m), else the right part's
// p - floor(p a / m). So every prefix is divided exactly (to within one sample for each level), each part counts its
// own positions without gaps, and nothing has to be remembered: a position is looked up in log2(sources) steps.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace capy {

class Mixture {
 public:
  struct Place {
    int64_t source = 0;
    int64_t position = 0;  // how many earlier positions went to this source
    bool operator==(const Place&) const = default;
  };

  // Shares are positive and their sum is at most 2^62.
  explicit Mixture(std::span<const uint64_t> shares);

  // 0 <= position <= 2^62.
  Place at(int64_t position) const;

 private:
  std::vector<uint64_t> sums_;  // sums_[i] is that of the first i shares
};

// Weights as whole shares: in proportion, the sum about 2^40, none 0. Weights are finite and positive.
std::vector<uint64_t> shares_of_weights(std::span<const double> weights);

}  // namespace capy
