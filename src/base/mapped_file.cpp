// SPDX-License-Identifier: Apache-2.0
#include "base/mapped_file.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <mutex>

#include "base/concat.h"

namespace capy {
namespace {

// What the handler may read at any time: plain atomics, no locks.
struct Slot {
  std::atomic<uintptr_t> begin{0};
  std::atomic<uintptr_t> end{0};
  std::atomic<bool> damaged{false};
};
Slot g_slots[MappedFile::kMappedFilesMax];
std::mutex g_slots_mutex;  // guards taking and freeing of slots
struct sigaction g_previous_handler;

void on_bus_error(int signal, siginfo_t* info, void* context) {
  const auto address = reinterpret_cast<uintptr_t>(info->si_addr);
  for (Slot& slot : g_slots) {
    if (address < slot.begin.load() || address >= slot.end.load()) continue;
    static const auto page_bytes = static_cast<uintptr_t>(::sysconf(_SC_PAGESIZE));
    void* const page = reinterpret_cast<void*>(address & ~(page_bytes - 1));
    const int saved_errno = errno;
    void* const zeros = ::mmap(page, page_bytes, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    errno = saved_errno;
    if (zeros == MAP_FAILED) break;
    slot.damaged.store(true);
    return;
  }
  // Not ours: hand it to whoever was there before, or let the default action end the program.
  if ((g_previous_handler.sa_flags & SA_SIGINFO) != 0 && g_previous_handler.sa_sigaction != nullptr) {
    g_previous_handler.sa_sigaction(signal, info, context);
  } else {
    ::signal(signal, SIG_DFL);
    ::raise(signal);
  }
}

void install_handler_once() {
  static std::once_flag once;
  std::call_once(once, [] {
    (void)::sysconf(_SC_PAGESIZE);
    struct sigaction action = {};
    action.sa_sigaction = on_bus_error;
    action.sa_flags = SA_SIGINFO;
    ::sigemptyset(&action.sa_mask);
    ::sigaction(SIGBUS, &action, &g_previous_handler);
  });
}

int take_slot(const void* data, size_t size) {
  const std::lock_guard lock(g_slots_mutex);
  for (int i = 0; i < MappedFile::kMappedFilesMax; ++i) {
    Slot& slot = g_slots[i];
    if (slot.end.load() != 0) continue;
    slot.damaged.store(false);
    slot.begin.store(reinterpret_cast<uintptr_t>(data));
    slot.end.store(reinterpret_cast<uintptr_t>(data) + size);
    return i;
  }
  return -1;
}

Error io_error(std::string_view path, std::string_view what) {
  const ErrorCode code = errno == ENOENT ? ErrorCode::kNotFound : ErrorCode::kIo;
  return Error{code, concat(path, ": ", what, ": ", std::strerror(errno))};
}

struct OpenFile {
  int descriptor;
  ~OpenFile() {
    if (descriptor >= 0) ::close(descriptor);
  }
};

// A regular file's size and time; anything else is refused (reading a pipe or a device could wait for ever).
Result<struct stat> examine_regular_file(int descriptor, std::string_view path) {
  struct stat status = {};
  if (::fstat(descriptor, &status) != 0) return io_error(path, "cannot be examined");
  if (!S_ISREG(status.st_mode)) return Error{ErrorCode::kInvalid, concat(path, ": is not a regular file")};
  return status;
}

}  // namespace

Result<MappedFile> MappedFile::open(std::string_view path) {
  MappedFile file;
  file.path_ = path;
  const OpenFile opened{::open(file.path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  if (opened.descriptor < 0) return io_error(path, "cannot be opened");
  const struct stat status = TRY(examine_regular_file(opened.descriptor, path));
  file.changed_ns_ = int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec;
  const int64_t bytes = status.st_size;
  if (bytes == 0) return file;
  void* const data = ::mmap(nullptr, static_cast<size_t>(bytes), PROT_READ, MAP_SHARED, opened.descriptor, 0);
  if (data == MAP_FAILED) return io_error(path, "cannot be mapped");
  install_handler_once();
  file.data_ = static_cast<const std::byte*>(data);
  file.size_ = static_cast<size_t>(bytes);
  file.slot_ = take_slot(data, file.size_);
  if (file.slot_ < 0) {
    return Error{ErrorCode::kLimit, concat(path, ": more than ", kMappedFilesMax, " files are open as maps")};
  }
  return file;
}

MappedFile::MappedFile(MappedFile&& other) noexcept { *this = std::move(other); }

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  if (this != &other) {
    close();
    data_ = std::exchange(other.data_, nullptr);
    size_ = std::exchange(other.size_, 0);
    changed_ns_ = other.changed_ns_;
    slot_ = std::exchange(other.slot_, -1);
    path_ = std::move(other.path_);
  }
  return *this;
}

MappedFile::~MappedFile() { close(); }

void MappedFile::close() {
  if (data_ == nullptr) return;
  if (slot_ >= 0) {
    g_slots[slot_].begin.store(0);
    g_slots[slot_].end.store(0);
  }
  ::munmap(const_cast<std::byte*>(data_), size_);
  data_ = nullptr;
}

bool MappedFile::damaged() const { return slot_ >= 0 && g_slots[slot_].damaged.load(); }

namespace {
void advise(std::span<const std::byte> part, int advice, bool round_outwards) {
  const auto page = static_cast<uintptr_t>(::sysconf(_SC_PAGESIZE));
  auto begin = reinterpret_cast<uintptr_t>(part.data());
  uintptr_t end = begin + part.size();
  begin = (round_outwards ? begin : begin + page - 1) & ~(page - 1);
  if (!round_outwards) end &= ~(page - 1);
  if (begin < end) ::madvise(reinterpret_cast<void*>(begin), end - begin, advice);
}
}  // namespace

void MappedFile::will_need(std::span<const std::byte> part) const { advise(part, MADV_WILLNEED, true); }
void MappedFile::will_not_need(std::span<const std::byte> part) const { advise(part, MADV_DONTNEED, false); }

Result<std::string> read_file(std::string_view path, int64_t bytes_max) {
  const std::string name(path);
  const OpenFile opened{::open(name.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  if (opened.descriptor < 0) return io_error(path, "cannot be opened");
  const int64_t bytes = TRY(examine_regular_file(opened.descriptor, path)).st_size;
  if (bytes > bytes_max) {
    return Error{ErrorCode::kLimit, concat(path, ": has ", bytes, " bytes; at most ", bytes_max, " are read")};
  }
  std::string text(static_cast<size_t>(bytes), '\0');
  size_t filled = 0;
  while (filled < text.size()) {
    const ssize_t got = ::read(opened.descriptor, text.data() + filled, text.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return io_error(path, "cannot be read");
    if (got == 0) break;  // cut short meanwhile: what is left is what there is
    filled += static_cast<size_t>(got);
  }
  text.resize(filled);
  return text;
}

}  // namespace capy
