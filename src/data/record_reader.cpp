// SPDX-License-Identifier: Apache-2.0
#include "data/record_reader.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/concat.h"

namespace capy {
namespace {

constexpr size_t kBufferBytes = 1 << 20;

}  // namespace

bool is_json_lines(const std::string& path) {
  std::string_view name = path;
  if (name.ends_with(".zst")) name.remove_suffix(4);
  return name.ends_with(".jsonl") || name.ends_with(".ndjson") || name.ends_with(".json");
}

RecordReader::RecordReader(std::vector<std::string> paths, int64_t first, const RecordLimits& limits)
    : paths_(std::move(paths)), first_(first), limits_(limits) {}

Result<int64_t> RecordReader::total_bytes() const {
  int64_t total = 0;
  for (const std::string& path : paths_) {
    struct stat facts{};
    if (::stat(path.c_str(), &facts) != 0) {
      return Error{errno == ENOENT ? ErrorCode::kNotFound : ErrorCode::kIo,
                   concat(path, ": cannot be opened: ", std::strerror(errno))};
    }
    if (!S_ISREG(facts.st_mode)) return Error{ErrorCode::kInvalid, concat(path, ": not a regular file")};
    total += facts.st_size;
  }
  return total;
}

int64_t RecordReader::bytes_taken() const { return done_bytes_ + (source_ ? source_->taken() : 0); }

std::string RecordReader::name_of(const Record& record) const {
  const std::string& path = paths_[static_cast<size_t>(record.file)];
  return record.line == 0 ? path : concat(path, ", line ", record.line);
}

Result<bool> RecordReader::read_batch(int64_t bytes, std::vector<Record>& batch) {
  int64_t together = 0;
  const size_t before = batch.size();
  while (together < bytes) {
    Record record;
    if (!TRY(next(record))) break;
    if (record.number < first_) continue;
    together += static_cast<int64_t>(record.bytes.size()) + 64;
    batch.push_back(std::move(record));
  }
  return batch.size() > before;
}

Status RecordReader::open_next() {
  source_.emplace(TRY(ByteSource::open(paths_[file_])));
  ++file_;
  line_ = 0;
  buffer_.clear();
  begin_ = 0;
  return {};
}

Result<bool> RecordReader::next(Record& record) {
  for (;;) {
    if (!source_) {
      if (file_ == paths_.size()) return false;
      TRY(open_next());
    }
    record.file = static_cast<int64_t>(file_) - 1;
    record.is_json = is_json_lines(source_->path());
    const bool found = record.is_json ? TRY(read_line(record)) : TRY(read_file(record));
    if (found) {
      record.number = number_++;
      return true;
    }
    done_bytes_ += source_->taken();
    source_.reset();
  }
}

// Empty lines are passed over. A line over the limit is read to its end, but not kept.
Result<bool> RecordReader::read_line(Record& record) {
  const auto bytes_max = static_cast<size_t>(limits_.record_bytes_max);
  record.bytes.clear();
  record.is_too_long = false;
  for (bool begun = false;;) {
    const std::string_view rest = std::string_view(buffer_).substr(begin_);
    const size_t end = rest.find('\n');
    const std::string_view part = rest.substr(0, end);
    begun = begun || !part.empty();
    if (record.bytes.size() + part.size() > bytes_max) record.is_too_long = true;
    if (record.is_too_long) {
      record.bytes = std::string();
    } else {
      record.bytes.append(part);
    }
    if (end != std::string_view::npos) {
      begin_ += end + 1;
      ++line_;
      if (record.bytes.ends_with('\r')) record.bytes.pop_back();
      record.line = line_;
      if (!record.bytes.empty() || record.is_too_long) return true;
      begun = false;
      continue;
    }
    buffer_.resize(kBufferBytes);
    begin_ = 0;
    buffer_.resize(TRY(source_->read(buffer_)));
    if (!buffer_.empty()) continue;
    record.line = ++line_;
    return begun;
  }
}

// The whole file is one record; an empty one is none.
Result<bool> RecordReader::read_file(Record& record) {
  if (line_ != 0) return false;
  line_ = 1;
  record.line = 0;
  record.bytes.clear();
  const auto bytes_max = static_cast<size_t>(limits_.record_bytes_max);
  for (;;) {
    const size_t before = record.bytes.size();
    record.bytes.resize(before + kBufferBytes);
    const size_t count = TRY(source_->read(std::span(record.bytes).subspan(before)));
    record.bytes.resize(before + count);
    if (count == 0) return !record.bytes.empty();
    if (record.bytes.size() <= bytes_max) continue;
    record.bytes = std::string();
    record.is_too_long = true;
    return true;
  }
}

}  // namespace capy
