// SPDX-License-Identifier: Apache-2.0
// The directory of a training run:
//   run.json        what the run is: all that its bytes depend on
//   checkpoints/    step-NNNNNNNN.safetensors, the last few; each whole or not there
//   log.jsonl       one object for each step that was taken (step_record.h)
//   report.html     the course so far (run_report.h)
//   sampling/       the model of now, while it writes samples
// and, at the end, the model. A run that was killed at any moment goes on from its newest checkpoint: the number of
// steps in it is also the position in the data, since all steps take equally many samples.
#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "train/train.h"

namespace capy {

class RunDirectory {
 public:
  // Makes the directory (kLimit where the disk has not `bytes` free), or finds the run in it. kInvalid where a model or
  // another run is there, or where a process is at work on this one.
  static Result<RunDirectory> open(const std::string& path, const std::string& run_json, int64_t bytes);

  // Loads the newest checkpoint that is whole, and cuts the log to what had happened by then. Without one the state
  // stays as it is.
  Status resume(train::TrainState& state);
  Status save(const train::TrainState& state, int64_t kept);
  Status log(std::string_view line);

  const std::string& path() const { return path_; }
  std::string log_path() const;
  std::string sampling_path() const;

  RunDirectory(RunDirectory&& other) noexcept;
  RunDirectory& operator=(RunDirectory&&) = delete;
  ~RunDirectory();

 private:
  struct CloseFile {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  RunDirectory(std::string path, int lock) : path_(std::move(path)), lock_(lock) {}

  std::string checkpoints() const;
  std::string checkpoint(int64_t steps) const;
  Result<std::vector<int64_t>> saved_steps() const;  // ascending
  void remove_leftovers() const;
  Status open_log(int64_t steps);

  std::string path_;
  int lock_ = -1;  // a descriptor of the directory: the lock goes with the process
  std::unique_ptr<std::FILE, CloseFile> log_;
};

}  // namespace capy
