// SPDX-License-Identifier: Apache-2.0
// Any bytes as a file of packed weights: an error, or matrices that can be read to the last byte. Tried twice, the
// second time with the checksum set right, so that what stands behind it is reached.
#include <xxhash.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "formats/packed_file.h"

namespace {

constexpr size_t kFooterBytes = 64;  // key: 32, directory_offset, count, checksum, magic: 8 each
constexpr size_t kOffsetAt = 32;

void require(bool holds) {
  if (!holds) std::abort();
}

void read(std::span<const std::byte> file) {
  const auto parsed = capy::parse_packed_directory(file, "fuzz");
  if (!parsed.ok()) return require(!parsed.error().message.empty());
  for (const capy::PackedMatrix& matrix : parsed.value().matrices) {
    require(matrix.offset >= 0 && matrix.bytes() > 0);
    const auto bytes = file.subspan(static_cast<size_t>(matrix.offset), static_cast<size_t>(matrix.bytes()));
    (void)XXH3_64bits(bytes.data(), bytes.size());
  }
}

void set_checksum(std::vector<std::byte>& file) {
  uint64_t begin = 0;
  std::memcpy(&begin, file.data() + file.size() - kFooterBytes + kOffsetAt, sizeof begin);
  if (begin > file.size() - kFooterBytes) return;
  const uint64_t checksum = XXH3_64bits(file.data() + begin, file.size() - 16 - begin);
  std::memcpy(file.data() + file.size() - 16, &checksum, sizeof checksum);
  std::memcpy(file.data() + file.size() - 8, "CAPYPAK1", 8);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::span<const std::byte> bytes(reinterpret_cast<const std::byte*>(data), size);
  read(bytes);
  if (size < kFooterBytes) return 0;
  std::vector<std::byte> changed(bytes.begin(), bytes.end());
  set_checksum(changed);
  read(changed);
  return 0;
}
