// SPDX-License-Identifier: Apache-2.0
#include "data/byte_source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/concat.h"

namespace capy {
namespace {

constexpr size_t kInputBytes = 256 << 10;
constexpr std::string_view kZstdMagic = "\x28\xb5\x2f\xfd";
// A frame may ask for a window of this size, as `zstd -d` allows by default; more is refused.
constexpr int kWindowLogMax = 27;

Error system_error(const std::string& path, const char* what) {
  const bool missing = errno == ENOENT;
  return Error{missing ? ErrorCode::kNotFound : ErrorCode::kIo, concat(path, ": ", what, ": ", std::strerror(errno))};
}

}  // namespace

struct ByteSource::Decoder {
  Decoder() { ZSTD_DCtx_setParameter(context.get(), ZSTD_d_windowLogMax, kWindowLogMax); }
  struct Free {
    void operator()(ZSTD_DCtx* freed) const { ZSTD_freeDCtx(freed); }
  };
  std::unique_ptr<ZSTD_DCtx, Free> context{ZSTD_createDCtx()};
  bool in_frame = false;
};

ByteSource::ByteSource(std::string path, int descriptor, int64_t file_bytes)
    : path_(std::move(path)), descriptor_(descriptor), file_bytes_(file_bytes) {}

ByteSource::ByteSource(ByteSource&& other) noexcept
    : path_(std::move(other.path_)),
      descriptor_(other.descriptor_),
      file_bytes_(other.file_bytes_),
      taken_(other.taken_),
      input_(std::move(other.input_)),
      input_begin_(other.input_begin_),
      at_end_(other.at_end_),
      decoder_(std::move(other.decoder_)) {
  other.descriptor_ = -1;
}

ByteSource::~ByteSource() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<ByteSource> ByteSource::open(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) return system_error(path, "cannot be opened");
  struct stat facts{};
  if (::fstat(descriptor, &facts) != 0 || !S_ISREG(facts.st_mode)) {
    ::close(descriptor);
    return Error{ErrorCode::kInvalid, concat(path, ": not a regular file")};
  }
  ByteSource source(path, descriptor, static_cast<int64_t>(facts.st_size));
  TRY(source.refill());
  if (std::string_view(source.input_).starts_with(kZstdMagic)) {
    source.decoder_ = std::make_unique<Decoder>();
    if (!source.decoder_->context) return Error{ErrorCode::kLimit, concat(path, ": no memory to decompress it")};
  }
  return source;
}

Status ByteSource::refill() {
  if (at_end_ || input_begin_ < input_.size()) return {};
  input_.resize(kInputBytes);
  input_begin_ = 0;
  ssize_t count = -1;
  do {
    count = ::read(descriptor_, input_.data(), input_.size());
  } while (count < 0 && errno == EINTR);
  if (count < 0) {
    input_.clear();
    return system_error(path_, "cannot be read");
  }
  input_.resize(static_cast<size_t>(count));
  taken_ += count;
  at_end_ = count == 0;
  return {};
}

Result<size_t> ByteSource::read(std::span<char> out) {
  size_t done = 0;
  while (done < out.size()) {
    const size_t count = TRY(fill(out.subspan(done)));
    if (count == 0) break;
    done += count;
  }
  return done;
}

// Some bytes; none only at the end.
Result<size_t> ByteSource::fill(std::span<char> out) {
  TRY(refill());
  if (decoder_) return decode(out);
  const size_t count = std::min(out.size(), input_.size() - input_begin_);
  std::memcpy(out.data(), input_.data() + input_begin_, count);
  input_begin_ += count;
  return count;
}

Result<size_t> ByteSource::decode(std::span<char> out) {
  for (;;) {
    TRY(refill());
    if (at_end_ && !decoder_->in_frame) return size_t{0};
    ZSTD_inBuffer from{input_.data(), input_.size(), input_begin_};
    ZSTD_outBuffer to{out.data(), out.size(), 0};
    const size_t left = ZSTD_decompressStream(decoder_->context.get(), &to, &from);
    if (ZSTD_isError(left) != 0) {
      return Error{ErrorCode::kCorrupt, concat(path_, ": damaged zstd data: ", ZSTD_getErrorName(left))};
    }
    input_begin_ = from.pos;
    decoder_->in_frame = left != 0;
    if (to.pos > 0) return to.pos;
    if (at_end_ && decoder_->in_frame) return Error{ErrorCode::kCorrupt, concat(path_, ": cut short")};
  }
}

}  // namespace capy
