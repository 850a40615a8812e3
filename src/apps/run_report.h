// SPDX-License-Identifier: Apache-2.0
// The report of a training run: one HTML page that needs nothing from elsewhere, for light and dark screens of any
// width. Everything that comes from files or models is escaped.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "apps/train_history.h"
#include "data/data_set.h"

namespace capy {

using NamedTexts = std::vector<std::pair<std::string, std::string>>;

// A data set and its part in the run.
struct ReportedData {
  std::string name;  // without the folders above it, which are nobody's business
  double share = 0;  // of the samples; 0: it is held out
  Manifest manifest;
};

// What stays as it is through the run.
struct RunFacts {
  std::string title;
  int64_t parameters = 0;
  int64_t steps = 0;
  int64_t step_tokens = 0;
  NamedTexts settings;
  NamedTexts model;
  NamedTexts machine;
  std::vector<ReportedData> data;
};

std::string run_report_html(const RunFacts& facts, const TrainHistory& history);

}  // namespace capy
