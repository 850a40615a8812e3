// SPDX-License-Identifier: Apache-2.0
#include "apps/run_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>

#include "apps/model_directory.h"
#include "base/atomic_file.h"
#include "base/concat.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mapped_file.h"
#include "formats/writer.h"

namespace capy {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kRunBytesMax = 1 << 20;
constexpr std::string_view kPrefix = "step-";
constexpr std::string_view kSuffix = ".safetensors";
constexpr std::string_view kTemporary = ".safetensors.tmp-";

Error io_error(const std::string& path) { return Error{ErrorCode::kIo, concat(path, ": ", std::strerror(errno))}; }

std::string in(const std::string& directory, const char* name) { return (fs::path(directory) / name).string(); }

// The steps of a checkpoint's name; nothing for other names.
std::optional<int64_t> steps_of(std::string_view name) {
  if (!name.starts_with(kPrefix) || !name.ends_with(kSuffix)) return std::nullopt;
  const std::string_view digits = name.substr(kPrefix.size(), name.size() - kPrefix.size() - kSuffix.size());
  int64_t steps = 0;
  const auto end = std::from_chars(digits.data(), digits.data() + digits.size(), steps);
  if (digits.empty() || end.ec != std::errc() || end.ptr != digits.data() + digits.size()) return std::nullopt;
  return steps;
}

Result<int> lock_directory(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return io_error(path);
  if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0) return descriptor;
  const bool busy = errno == EWOULDBLOCK;
  const Error error = io_error(path);
  ::close(descriptor);
  if (busy) return Error{ErrorCode::kInvalid, concat(path, ": another capy train is at work here")};
  return error;
}

// The step that a line of the log tells; nothing for a line that was cut off.
std::optional<int64_t> step_of(const std::string& line) {
  const Result<JsonDocument> json = JsonDocument::parse(line, "log.jsonl");
  return json.ok() ? json.value().root()["step"].as_int() : std::nullopt;
}

}  // namespace

RunDirectory::RunDirectory(RunDirectory&& other) noexcept
    : path_(std::move(other.path_)), lock_(std::exchange(other.lock_, -1)), log_(std::move(other.log_)) {}

RunDirectory::~RunDirectory() {
  if (lock_ >= 0) ::close(lock_);
}

Result<RunDirectory> RunDirectory::open(const std::string& path, const std::string& run_json, int64_t bytes) {
  const std::string run_file = in(path, "run.json");
  std::error_code failed;
  const bool begun = fs::exists(run_file, failed);
  if (!begun) TRY(prepare_model_directory(path, bytes));
  RunDirectory directory(path, TRY(lock_directory(path)));
  if (begun) {
    if (TRY(read_file(run_file, kRunBytesMax)) != run_json) {
      return Error{ErrorCode::kInvalid,
                   concat(path,
                          ": holds another run (run.json says which): its model, data or settings differ; "
                          "choose another directory as out")};
    }
  } else {
    TRY(write_text(run_file, run_json));
  }
  TRY(make_directories(directory.checkpoints()));
  directory.remove_leftovers();
  return directory;
}

std::string RunDirectory::log_path() const { return in(path_, "log.jsonl"); }

std::string RunDirectory::sampling_path() const { return in(path_, "sampling"); }

std::string RunDirectory::checkpoints() const { return in(path_, "checkpoints"); }

std::string RunDirectory::checkpoint(int64_t steps) const {
  std::string digits = concat(steps);
  if (digits.size() < 8) digits.insert(0, 8 - digits.size(), '0');
  return (fs::path(checkpoints()) / concat(kPrefix, digits, kSuffix)).string();
}

Result<std::vector<int64_t>> RunDirectory::saved_steps() const {
  std::vector<int64_t> all;
  std::error_code failed;
  for (fs::directory_iterator i(checkpoints(), failed), end; !failed && i != end; i.increment(failed)) {
    if (const auto steps = steps_of(i->path().filename().string())) all.push_back(*steps);
  }
  if (failed) return Error{ErrorCode::kIo, concat(checkpoints(), ": ", failed.message())};
  std::sort(all.begin(), all.end());
  return all;
}

// What a killed process leaves: the model that was writing samples, and unfinished checkpoints where the file system
// knows no files without a name. Nobody else writes here.
void RunDirectory::remove_leftovers() const {
  std::vector<fs::path> old;
  std::error_code failed;
  for (fs::directory_iterator i(checkpoints(), failed), end; !failed && i != end; i.increment(failed)) {
    const std::string name = i->path().filename().string();
    if (name.starts_with(kPrefix) && name.find(kTemporary) != std::string::npos) old.push_back(i->path());
  }
  for (const fs::path& path : old) fs::remove(path, failed);
  fs::remove_all(sampling_path(), failed);
}

Status RunDirectory::resume(train::TrainState& state) {
  std::vector<int64_t> saved = TRY(saved_steps());
  for (; !saved.empty(); saved.pop_back()) {
    const std::string file = checkpoint(saved.back());
    const Status loaded = state.load(file);
    if (loaded.ok()) break;
    if (loaded.error().code != ErrorCode::kCorrupt) return loaded.error();
    log_warning(concat(loaded.error().message, "; it is left out"));
    std::error_code ignored;
    fs::remove(file, ignored);  // or it would push a good one out
  }
  return open_log(state.steps());
}

Status RunDirectory::save(const train::TrainState& state, int64_t kept) {
  TRY(state.save(checkpoint(state.steps())));
  const std::vector<int64_t> saved = TRY(saved_steps());
  for (size_t i = 0; i + static_cast<size_t>(kept) < saved.size(); ++i) {
    std::error_code failed;
    fs::remove(checkpoint(saved[i]), failed);
    if (failed) return Error{ErrorCode::kIo, concat(checkpoint(saved[i]), ": ", failed.message())};
  }
  return {};
}

Status RunDirectory::open_log(int64_t steps) {
  const std::string path = log_path();
  std::ifstream old(path);
  if (old) {
    AtomicFile kept = TRY(AtomicFile::create(path));
    for (std::string line; std::getline(old, line) && !old.eof();) {
      const std::optional<int64_t> step = step_of(line);
      if (!step || *step > steps) break;
      TRY(kept.write(line + "\n"));
    }
    TRY(kept.commit());
  }
  log_.reset(std::fopen(path.c_str(), "abe"));
  return log_ ? Status() : io_error(path);
}

Status RunDirectory::log(std::string_view line) {
  const std::string text = concat(line, "\n");
  if (std::fwrite(text.data(), 1, text.size(), log_.get()) != text.size() || std::fflush(log_.get()) != 0) {
    return io_error(log_path());
  }
  return {};
}

}  // namespace capy
