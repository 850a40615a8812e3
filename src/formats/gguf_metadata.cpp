// SPDX-License-Identifier: Apache-2.0
// Typed look-ups in GGUF metadata. Sizes were checked by the parser (gguf.cpp); values are copied out, never cast in
// place: they lie at any address.
#include <cstring>
#include <limits>

#include "base/check.h"
#include "formats/gguf.h"

namespace capy {
namespace {

template <class T>
T load(const std::byte* from) {
  T value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

const GgufValue* find(const GgufMetadata::Entries& entries, std::string_view key) {
  const auto found = entries.by_key.find(key);
  return found == entries.by_key.end() ? nullptr : &entries.values[found->second];
}

std::optional<int64_t> integer_at(GgufType type, const std::byte* from) {
  switch (type) {
    case GgufType::kU8: return load<uint8_t>(from);
    case GgufType::kI8: return load<int8_t>(from);
    case GgufType::kU16: return load<uint16_t>(from);
    case GgufType::kI16: return load<int16_t>(from);
    case GgufType::kU32: return load<uint32_t>(from);
    case GgufType::kI32: return load<int32_t>(from);
    case GgufType::kI64: return load<int64_t>(from);
    case GgufType::kBool: return load<uint8_t>(from) != 0 ? 1 : 0;
    case GgufType::kU64: {
      const auto value = load<uint64_t>(from);
      if (value > uint64_t{std::numeric_limits<int64_t>::max()}) return std::nullopt;
      return static_cast<int64_t>(value);
    }
    default: return std::nullopt;
  }
}

size_t integer_bytes(GgufType type) {
  switch (type) {
    case GgufType::kU8:
    case GgufType::kI8:
    case GgufType::kBool: return 1;
    case GgufType::kU16:
    case GgufType::kI16: return 2;
    case GgufType::kU32:
    case GgufType::kI32: return 4;
    case GgufType::kU64:
    case GgufType::kI64: return 8;
    default: return 0;
  }
}

// The array under `key` when its elements have the type `element`.
const GgufValue* find_array(const GgufMetadata::Entries& entries, std::string_view key) {
  const GgufValue* value = find(entries, key);
  return value != nullptr && value->type == GgufType::kArray ? value : nullptr;
}

}  // namespace

GgufMetadata::GgufMetadata() : entries(std::make_unique<Entries>()) {}
GgufMetadata::GgufMetadata(GgufMetadata&&) noexcept = default;
GgufMetadata& GgufMetadata::operator=(GgufMetadata&&) noexcept = default;
GgufMetadata::~GgufMetadata() = default;

std::optional<int64_t> GgufMetadata::as_int(std::string_view key) const {
  const GgufValue* value = find(*entries, key);
  if (value == nullptr) return std::nullopt;
  return integer_at(value->type, value->bytes.data());
}

std::optional<double> GgufMetadata::as_double(std::string_view key) const {
  const GgufValue* value = find(*entries, key);
  if (value == nullptr || value->type == GgufType::kBool) return std::nullopt;
  if (value->type == GgufType::kF32) return load<float>(value->bytes.data());
  if (value->type == GgufType::kF64) return load<double>(value->bytes.data());
  if (value->type == GgufType::kU64) return static_cast<double>(load<uint64_t>(value->bytes.data()));
  if (const auto integer = integer_at(value->type, value->bytes.data())) return static_cast<double>(*integer);
  return std::nullopt;
}

std::optional<bool> GgufMetadata::as_bool(std::string_view key) const {
  const GgufValue* value = find(*entries, key);
  if (value == nullptr || value->type != GgufType::kBool) return std::nullopt;
  return load<uint8_t>(value->bytes.data()) != 0;
}

std::optional<std::string_view> GgufMetadata::as_string(std::string_view key) const {
  const GgufValue* value = find(*entries, key);
  if (value == nullptr || value->type != GgufType::kString) return std::nullopt;
  return std::string_view(reinterpret_cast<const char*>(value->bytes.data()), value->bytes.size());
}

std::optional<std::vector<std::string_view>> GgufMetadata::string_array(std::string_view key) const {
  const GgufValue* value = find_array(*entries, key);
  if (value == nullptr || value->element != GgufType::kString) return std::nullopt;
  std::vector<std::string_view> strings;
  strings.reserve(static_cast<size_t>(value->count));
  auto rest = value->bytes;
  for (int64_t i = 0; i < value->count; ++i) {
    // Checked again: the file may have been cut short under the mapping since it was parsed, and lengths are now zeros.
    if (rest.size() < 8) return std::nullopt;
    const auto length = load<uint64_t>(rest.data());
    rest = rest.subspan(8);
    if (length > rest.size()) return std::nullopt;
    strings.emplace_back(reinterpret_cast<const char*>(rest.data()), length);
    rest = rest.subspan(length);
  }
  return strings;
}

std::optional<std::vector<int64_t>> GgufMetadata::int_array(std::string_view key) const {
  const GgufValue* value = find_array(*entries, key);
  const size_t size = value == nullptr ? 0 : integer_bytes(value->element);
  if (size == 0) return std::nullopt;
  std::vector<int64_t> integers;
  integers.reserve(static_cast<size_t>(value->count));
  for (int64_t i = 0; i < value->count; ++i) {
    const auto integer = integer_at(value->element, value->bytes.data() + static_cast<size_t>(i) * size);
    if (!integer) return std::nullopt;
    integers.push_back(*integer);
  }
  return integers;
}

std::optional<std::vector<float>> GgufMetadata::float_array(std::string_view key) const {
  const GgufValue* value = find_array(*entries, key);
  if (value == nullptr || (value->element != GgufType::kF32 && value->element != GgufType::kF64)) return std::nullopt;
  std::vector<float> numbers;
  numbers.reserve(static_cast<size_t>(value->count));
  for (size_t i = 0; i < static_cast<size_t>(value->count); ++i) {
    numbers.push_back(value->element == GgufType::kF32 ? load<float>(value->bytes.data() + i * 4)
                                                       : static_cast<float>(load<double>(value->bytes.data() + i * 8)));
  }
  return numbers;
}

std::vector<std::string_view> GgufMetadata::keys() const {
  std::vector<std::string_view> names;
  names.reserve(entries->values.size());
  for (const GgufValue& value : entries->values) names.push_back(value.key);
  return names;
}

}  // namespace capy
