// SPDX-License-Identifier: Apache-2.0
// Layout (NEP 1): "\x93NUMPY", version 1.0, header length: u16, header: a Python dict padded with spaces and a newline
// so that the data begins at a multiple of 64. Version 2 has a u32 length.
#include "formats/npy.h"

#include <charconv>
#include <cstring>
#include <string>

#include "base/check.h"
#include "base/concat.h"
#include "base/mapped_file.h"
#include "formats/tensor_checks.h"

namespace capy {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr size_t kPreambleBytes = 10;  // magic, two bytes of version, length

std::string header_text(int64_t rows, int64_t columns) {
  std::string text = concat("{'descr': '<f4', 'fortran_order': False, 'shape': (", rows, ", ", columns, "), }");
  text.append(63 - (kPreambleBytes + text.size()) % 64, ' ');
  return text + '\n';
}

// What follows "'name':" in the header, without leading spaces.
std::string_view after_key(std::string_view header, std::string_view name) {
  const size_t at = header.find(concat("'", name, "':"));
  if (at == std::string_view::npos) return {};
  header.remove_prefix(at + name.size() + 3);
  const size_t begin = header.find_first_not_of(' ');
  return begin == std::string_view::npos ? std::string_view() : header.substr(begin);
}

// "(3, 4), ..." -> {3, 4}; nothing unless there are one or two positive extents.
std::vector<int64_t> parse_shape(std::string_view text) {
  std::vector<int64_t> shape;
  if (!text.starts_with('(')) return {};
  text = text.substr(1, text.find(')') - 1);
  while (!text.empty()) {
    const size_t begin = text.find_first_not_of(", ");
    if (begin == std::string_view::npos) break;
    text.remove_prefix(begin);
    int64_t extent = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), extent);
    if (failed != std::errc() || extent <= 0 || shape.size() == 2) return {};
    shape.push_back(extent);
    text.remove_prefix(static_cast<size_t>(end - text.data()));
  }
  return shape;
}

Result<std::string_view> read_header(std::string_view text, std::string_view path) {
  const Error cut{ErrorCode::kCorrupt, concat(path, ": is not a whole .npy file")};
  if (text.size() < kPreambleBytes + 2 || !text.starts_with(kMagic)) return cut;
  const int version = static_cast<unsigned char>(text[6]);
  uint32_t length = 0;
  std::memcpy(&length, text.data() + 8, version == 1 ? 2 : 4);
  text.remove_prefix(version == 1 ? kPreambleBytes : kPreambleBytes + 2);
  if (version < 1 || version > 3 || length > text.size()) return cut;
  return text.substr(0, length);
}

}  // namespace

Result<NpyWriter> NpyWriter::create(std::string_view path, int64_t rows, int64_t columns) {
  CHECK(rows > 0 && columns > 0);
  AtomicFile file = TRY(AtomicFile::create(path));
  const std::string header = header_text(rows, columns);
  TRY(file.write(kMagic));
  const char rest[] = {1, 0, static_cast<char>(header.size() & 0xff), static_cast<char>(header.size() >> 8)};
  TRY(file.write(std::string_view(rest, sizeof rest)));
  TRY(file.write(header));
  return NpyWriter(std::move(file), rows * columns);
}

Status NpyWriter::write(std::span<const float> values) {
  missing_ -= static_cast<int64_t>(values.size());
  CHECK(missing_ >= 0);
  return file_.write(std::as_bytes(values));
}

Status NpyWriter::finish() {
  CHECK(missing_ == 0);
  return file_.commit();
}

Result<NpyArray> read_npy(std::string_view path) {
  const MappedFile file = TRY(MappedFile::open(path));
  const std::string_view text(reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size());
  const std::string_view header = TRY(read_header(text, path));
  const std::string_view data = text.substr(static_cast<size_t>(header.data() + header.size() - text.data()));
  NpyArray array;
  array.shape = parse_shape(after_key(header, "shape"));
  if (!after_key(header, "descr").starts_with("'<f4'") || !after_key(header, "fortran_order").starts_with("False") ||
      array.shape.empty()) {
    return Error{ErrorCode::kUnsupported, concat(path, ": only float32 arrays of one or two axes in C order are read")};
  }
  const auto count = checked_count(array.shape);
  if (!count || static_cast<uint64_t>(*count) != data.size() / sizeof(float) || data.size() % sizeof(float) != 0) {
    return Error{ErrorCode::kCorrupt,
                 concat(path, ": has ", data.size(), " bytes of values for the shape ", shown(array.shape))};
  }
  array.values.resize(static_cast<size_t>(*count));
  std::memcpy(array.values.data(), data.data(), data.size());
  return array;
}

}  // namespace capy
