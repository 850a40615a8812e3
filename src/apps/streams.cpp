// SPDX-License-Identifier: Apache-2.0
#include "apps/streams.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

#include "apps/interrupt.h"
#include "base/concat.h"

namespace capy {
namespace {

constexpr std::string_view kReaderGone = "standard output: nobody reads any more";

}  // namespace

void secure_standard_streams() {
  std::signal(SIGPIPE, SIG_IGN);
  for (int descriptor = 0; descriptor <= 2; ++descriptor) {
    if (::fcntl(descriptor, F_GETFD) != -1 || errno != EBADF) continue;
    // Opened the wrong way round, so that using it fails as it would have failed closed. open takes the lowest number.
    (void)!::open("/dev/null", descriptor == 0 ? O_WRONLY : O_RDONLY);
  }
}

Status write_output(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(STDOUT_FILENO, text.data(), text.size());
    if (written >= 0) {
      text.remove_prefix(static_cast<size_t>(written));
    } else if (errno == EPIPE) {
      return Error{ErrorCode::kIo, std::string(kReaderGone)};
    } else if (errno != EINTR) {
      return Error{ErrorCode::kIo, concat("standard output: cannot write: ", std::strerror(errno))};
    } else if (interrupted()) {
      return interruption();
    }
  }
  return {};
}

bool is_reader_gone(const Error& error) { return error.code == ErrorCode::kIo && error.message == kReaderGone; }

Result<std::string> read_input(int64_t bytes_max) {
  std::string text;
  size_t used = 0;
  while (true) {
    text.resize(std::max<size_t>(2 * used, 64 << 10));
    const ssize_t got = ::read(STDIN_FILENO, text.data() + used, text.size() - used);
    if (got == 0) break;
    if (got < 0 && errno == EINTR && !interrupted()) continue;
    if (got < 0 && errno == EINTR) return interruption();
    if (got < 0) return Error{ErrorCode::kIo, concat("standard input: cannot read: ", std::strerror(errno))};
    used += static_cast<size_t>(got);
    if (static_cast<int64_t>(used) > bytes_max) {
      return Error{ErrorCode::kLimit, concat("standard input: more than ", bytes_max, " bytes")};
    }
    if (used < text.size()) continue;
  }
  text.resize(used);
  return text;
}

}  // namespace capy
