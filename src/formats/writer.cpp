// SPDX-License-Identifier: Apache-2.0
#include "formats/writer.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"
#include "base/concat.h"
#include "base/json.h"
#include "formats/gguf.h"
#include "formats/tensor_checks.h"

namespace capy {
namespace {

constexpr int64_t kGgufAlignment = 32;
constexpr uint32_t kGgufVersion = 3;

int64_t round_up(int64_t n, int64_t step) { return (n + step - 1) / step * step; }

template <class T>
void append_to(std::string& out, const T& value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

void append_string_to(std::string& out, std::string_view text) {
  append_to(out, uint64_t{text.size()});
  out.append(text);
}

// What holds for tensors of both formats.
Status check_tensors(std::span<const TensorDescription> tensors, std::string_view path) {
  std::vector<std::string_view> names;
  for (const TensorDescription& tensor : tensors) {
    const auto count = checked_count(tensor.shape);
    if (tensor.name.empty() || tensor.shape.empty() || tensor.shape.size() > Tensor::kRankMax || !count ||
        !checked_bytes(tensor.type, tensor.shape, *count)) {
      return Error{ErrorCode::kInvalid,
                   concat(path, ": tensor ", shown(tensor.name), " of type ", dtype_info(tensor.type).name,
                          " cannot have the shape ", shown(tensor.shape))};
    }
    names.push_back(tensor.name);
  }
  std::sort(names.begin(), names.end());
  const auto twin = std::adjacent_find(names.begin(), names.end());
  if (twin == names.end()) return {};
  return Error{ErrorCode::kInvalid, concat(path, ": two tensors are named ", shown(*twin))};
}

Error unsuitable_type(std::string_view path, const TensorDescription& tensor, std::string_view format) {
  return Error{ErrorCode::kInvalid, concat(path, ": ", format, " has no type ", dtype_info(tensor.type).name,
                                           " (tensor ", shown(tensor.name), ")")};
}

std::vector<int64_t> sizes_of(std::span<const TensorDescription> tensors) {
  std::vector<int64_t> sizes;
  for (const TensorDescription& tensor : tensors) sizes.push_back(tensor.bytes());
  return sizes;
}

std::string safetensors_header(std::span<const TensorDescription> tensors,
                               const SafetensorsWriter::Metadata& metadata) {
  JsonWriter json;
  json.begin_object();
  if (!metadata.empty()) {
    json.key("__metadata__");
    json.begin_object();
    for (const auto& [key, value] : metadata) json.member(key, value);
    json.end_object();
  }
  int64_t offset = 0;
  for (const TensorDescription& tensor : tensors) {
    json.key(tensor.name);
    json.begin_object();
    json.member("dtype", dtype_info(tensor.type).name);
    json.key("shape");
    json.begin_array();
    for (const int64_t extent : tensor.shape) json.value(extent);
    json.end_array();
    json.key("data_offsets");
    json.begin_array();
    json.value(offset);
    json.value(offset += tensor.bytes());
    json.end_array();
    json.end_object();
  }
  json.end_object();
  std::string text = json.text();
  // With the eight bytes of its length the header ends at a multiple of 64: tensors that are mapped begin aligned.
  constexpr int64_t kLengthBytes = 8;
  const auto bytes = static_cast<int64_t>(text.size());
  text.append(static_cast<size_t>(round_up(bytes + kLengthBytes, 64) - kLengthBytes - bytes), ' ');
  return text;
}

std::string gguf_tensor_table(std::span<const TensorDescription> tensors) {
  std::string out;
  int64_t offset = 0;
  for (const TensorDescription& tensor : tensors) {
    append_string_to(out, tensor.name);
    append_to(out, static_cast<uint32_t>(tensor.shape.size()));
    for (auto extent = tensor.shape.rbegin(); extent != tensor.shape.rend(); ++extent) append_to(out, *extent);
    append_to(out, *dtype_to_gguf(tensor.type));
    append_to(out, offset);
    offset += round_up(tensor.bytes(), kGgufAlignment);
  }
  return out;
}

}  // namespace

int64_t TensorDescription::bytes() const {
  const auto count = checked_count(shape);
  CHECK(count.has_value());
  return dtype_bytes(type, *count);
}

TensorStream::TensorStream(AtomicFile file, std::vector<int64_t> sizes, int64_t alignment)
    : file_(std::move(file)), sizes_(std::move(sizes)), alignment_(alignment) {}

Status TensorStream::write(std::span<const std::byte> bytes) {
  CHECK(current_ < sizes_.size() && static_cast<int64_t>(bytes.size()) <= sizes_[current_] - written_);
  TRY(file_.write(bytes));
  written_ += static_cast<int64_t>(bytes.size());
  if (written_ < sizes_[current_]) return {};
  const std::string padding(static_cast<size_t>(round_up(written_, alignment_) - written_), '\0');
  ++current_;
  written_ = 0;
  return file_.write(padding);
}

Status TensorStream::finish() {
  CHECK(current_ == sizes_.size());
  return file_.commit();
}

Result<TensorStream> SafetensorsWriter::create(std::string_view path, std::span<const TensorDescription> tensors,
                                               const Metadata& metadata) {
  TRY(check_tensors(tensors, path));
  for (const TensorDescription& tensor : tensors) {
    if (dtype_info(tensor.type).block > 1) return unsuitable_type(path, tensor, "safetensors");
  }
  AtomicFile file = TRY(AtomicFile::create(path));
  const std::string header = safetensors_header(tensors, metadata);
  std::string length;
  append_to(length, uint64_t{header.size()});
  TRY(file.write(length));
  TRY(file.write(header));
  return TensorStream(std::move(file), sizes_of(tensors), 1);
}

void GgufMetadataWriter::begin(std::string_view key, uint32_t type) {
  keys_.emplace_back(key);
  append_string(key);
  append(type);
}

void GgufMetadataWriter::begin_array(std::string_view key, uint32_t element, uint64_t count) {
  begin(key, static_cast<uint32_t>(GgufType::kArray));
  append(element);
  append(count);
}

template <class T>
void GgufMetadataWriter::append(const T& value) {
  append_to(bytes_, value);
}

void GgufMetadataWriter::append_string(std::string_view text) { append_string_to(bytes_, text); }

void GgufMetadataWriter::add_u32(std::string_view key, uint32_t value) {
  begin(key, static_cast<uint32_t>(GgufType::kU32));
  append(value);
}

void GgufMetadataWriter::add_i32(std::string_view key, int32_t value) {
  begin(key, static_cast<uint32_t>(GgufType::kI32));
  append(value);
}

void GgufMetadataWriter::add_u64(std::string_view key, uint64_t value) {
  begin(key, static_cast<uint32_t>(GgufType::kU64));
  append(value);
}

void GgufMetadataWriter::add_f32(std::string_view key, float value) {
  begin(key, static_cast<uint32_t>(GgufType::kF32));
  append(value);
}

void GgufMetadataWriter::add_bool(std::string_view key, bool value) {
  begin(key, static_cast<uint32_t>(GgufType::kBool));
  append(static_cast<uint8_t>(value));
}

void GgufMetadataWriter::add_string(std::string_view key, std::string_view value) {
  begin(key, static_cast<uint32_t>(GgufType::kString));
  append_string(value);
}

void GgufMetadataWriter::add_strings(std::string_view key, std::span<const std::string_view> values) {
  begin_array(key, static_cast<uint32_t>(GgufType::kString), values.size());
  for (const std::string_view value : values) append_string(value);
}

void GgufMetadataWriter::add_i32s(std::string_view key, std::span<const int32_t> values) {
  begin_array(key, static_cast<uint32_t>(GgufType::kI32), values.size());
  for (const int32_t value : values) append(value);
}

void GgufMetadataWriter::add_f32s(std::string_view key, std::span<const float> values) {
  begin_array(key, static_cast<uint32_t>(GgufType::kF32), values.size());
  for (const float value : values) append(value);
}

void GgufMetadataWriter::add_bools(std::string_view key, std::span<const bool> values) {
  begin_array(key, static_cast<uint32_t>(GgufType::kBool), values.size());
  for (const bool value : values) append(static_cast<uint8_t>(value));
}

void GgufMetadataWriter::add_copies(const GgufMetadata& from, const std::function<bool(std::string_view key)>& keep) {
  for (const GgufValue& value : from.entries->values) {
    if (std::find(keys_.begin(), keys_.end(), value.key) != keys_.end() || !keep(value.key)) continue;
    begin(value.key, static_cast<uint32_t>(value.type));
    if (value.type == GgufType::kArray) {
      append(static_cast<uint32_t>(value.element));
      append(static_cast<uint64_t>(value.count));
    } else if (value.type == GgufType::kString) {
      append(static_cast<uint64_t>(value.bytes.size()));
    }
    bytes_.append(reinterpret_cast<const char*>(value.bytes.data()), value.bytes.size());
  }
}

Result<TensorStream> GgufWriter::create(std::string_view path, const GgufMetadataWriter& metadata,
                                        std::span<const TensorDescription> tensors) {
  std::vector<std::string> keys = metadata.keys_;
  std::sort(keys.begin(), keys.end());
  CHECK(std::adjacent_find(keys.begin(), keys.end()) == keys.end());
  TRY(check_tensors(tensors, path));
  for (const TensorDescription& tensor : tensors) {
    if (!dtype_to_gguf(tensor.type)) return unsuitable_type(path, tensor, "GGUF");
  }
  std::string header = "GGUF";
  append_to(header, kGgufVersion);
  append_to(header, uint64_t{tensors.size()});
  append_to(header, uint64_t{metadata.keys_.size()});
  header += metadata.bytes_;
  header += gguf_tensor_table(tensors);
  header.append(static_cast<size_t>(round_up(static_cast<int64_t>(header.size()), kGgufAlignment)) - header.size(),
                '\0');
  AtomicFile file = TRY(AtomicFile::create(path));
  TRY(file.write(header));
  return TensorStream(std::move(file), sizes_of(tensors), kGgufAlignment);
}

Status write_text(std::string_view path, std::string_view text) {
  AtomicFile file = TRY(AtomicFile::create(path));
  TRY(file.write(text));
  return file.commit();
}

}  // namespace capy
