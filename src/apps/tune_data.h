// SPDX-License-Identifier: Apache-2.0
// The data of a tuning run: data sets as they are, and files of conversations made into one, with the model's tokenizer
// and chat template, packed so that no conversation that fits into a sample is cut.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "apps/tune_config.h"
#include "base/result.h"
#include "base/thread_pool.h"
#include "data/stream.h"
#include "formats/checkpoint.h"

namespace capy {

struct TuneData {
  std::vector<StreamSource> sources;  // each by its size, so that all come to their end together
  int64_t samples = 0;                // of one epoch
  std::string key;                    // of what the files' data set was made of; "" where there are no files
};

// Files become a data set in a folder of `directory` that is named after all that its bytes depend on: made once, gone
// on with where it was stopped, and made anew where a file, the tokenizer or the template has changed. kCancelled after
// SIGINT.
Result<TuneData> prepare_tune_data(const TuneConfig& config, const Checkpoint& checkpoint, const std::string& directory,
                                   ThreadPool& pool);

}  // namespace capy
