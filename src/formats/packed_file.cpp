// SPDX-License-Identifier: Apache-2.0
#include "formats/packed_file.h"

#include <xxhash.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/check.h"
#include "base/concat.h"

namespace capy {
namespace {

static_assert(std::endian::native == std::endian::little, "the file is written as it lies in memory");

constexpr std::string_view kMagic = "CAPYPAK1";
constexpr uint64_t kFooterBytes = (sizeof(PackedKey) / 8 + 3) * 8 + kMagic.size();
constexpr uint64_t kEntryBytes = 2 * 4 + 5 * 8;  // without the name
constexpr uint64_t kExtentMax = uint64_t{1} << 40;
constexpr uint64_t kCountMax = uint64_t{1} << 48;  // elements, as in a checkpoint

// Numbers and text from a part of the file whose size was checked before.
class Fields {
 public:
  explicit Fields(std::span<const std::byte> bytes) : rest_(bytes) {}

  template <class T>
  T number() {
    T value{};
    std::memcpy(&value, take(sizeof value).data(), sizeof value);
    return value;
  }
  std::span<const std::byte> take(size_t count) {
    const auto part = rest_.first(count);
    rest_ = rest_.subspan(count);
    return part;
  }
  size_t left() const { return rest_.size(); }

 private:
  std::span<const std::byte> rest_;
};

template <class T>
void append(std::string& to, T value) {
  to.append(reinterpret_cast<const char*>(&value), sizeof value);
}

Error corrupt(std::string_view path, std::string_view what) {
  return Error{ErrorCode::kCorrupt, concat(path, ": ", what)};
}

bool is_format(uint32_t format) { return format <= static_cast<uint32_t>(MatrixFormat::kCodePlanes); }

bool are_extents(uint64_t rows, uint64_t columns) {
  return rows >= 1 && columns >= 1 && rows <= kExtentMax && columns <= kExtentMax && rows <= kCountMax / columns;
}

// One entry; `end` is where the matrix before it ends, `limit` where the directory begins.
Result<PackedMatrix> read_entry(Fields& fields, uint64_t end, uint64_t limit, std::string_view path) {
  if (fields.left() < kEntryBytes) return corrupt(path, "the directory is cut short");
  const auto format = fields.number<uint32_t>();
  const auto name_bytes = fields.number<uint32_t>();
  const auto rows = fields.number<uint64_t>();
  const auto columns = fields.number<uint64_t>();
  const auto offset = fields.number<uint64_t>();
  const auto bytes = fields.number<uint64_t>();
  const auto checksum = fields.number<uint64_t>();
  if (name_bytes > PackedDirectory::kNameBytesMax || name_bytes > fields.left())
    return corrupt(path, "the name of a matrix is too long");
  const auto name = fields.take(name_bytes);
  if (!is_format(format) || !are_extents(rows, columns)) return corrupt(path, "a matrix has no possible size");
  PackedMatrix matrix{std::string(reinterpret_cast<const char*>(name.data()), name.size()),
                      static_cast<MatrixFormat>(format),
                      static_cast<int64_t>(rows),
                      static_cast<int64_t>(columns),
                      static_cast<int64_t>(offset),
                      checksum};
  const bool inside = offset >= end && offset <= limit && bytes <= limit - offset;
  if (!inside || offset % PackedDirectory::kAlignment != 0 || bytes != static_cast<uint64_t>(matrix.bytes()))
    return corrupt(path, "a matrix lies where it cannot lie");
  return matrix;
}

}  // namespace

Result<PackedDirectory> parse_packed_directory(std::span<const std::byte> file, std::string_view path) {
  if (file.size() < kFooterBytes) return corrupt(path, "is too short to be a file of packed weights");
  const auto footer = file.last(kFooterBytes);
  if (std::memcmp(footer.data() + footer.size() - kMagic.size(), kMagic.data(), kMagic.size()) != 0)
    return corrupt(path, "does not end as a file of packed weights does; it was cut short or is of another version");
  PackedDirectory directory;
  Fields fields(footer);
  for (uint64_t& word : directory.key) word = fields.number<uint64_t>();
  const auto begin = fields.number<uint64_t>();
  const auto count = fields.number<uint64_t>();
  const auto checksum = fields.number<uint64_t>();
  const uint64_t footer_at = file.size() - kFooterBytes;
  if (begin > footer_at) return corrupt(path, "the directory lies outside the file");
  const auto covered = file.subspan(begin, file.size() - begin - kMagic.size() - sizeof checksum);
  if (XXH3_64bits(covered.data(), covered.size()) != checksum)
    return corrupt(path, "the checksum of the directory is wrong");
  if (count > PackedDirectory::kMatricesMax || count > (footer_at - begin) / kEntryBytes)
    return corrupt(path, "the directory has too many matrices");
  Fields entries(file.subspan(begin, footer_at - begin));
  directory.matrices.reserve(count);
  uint64_t end = 0;
  for (uint64_t i = 0; i < count; ++i) {
    directory.matrices.push_back(TRY(read_entry(entries, end, begin, path)));
    const PackedMatrix& last = directory.matrices.back();
    end = static_cast<uint64_t>(last.offset + last.bytes());
  }
  if (entries.left() != 0) return corrupt(path, "the directory has bytes that belong to nothing");
  return directory;
}

Result<PackedFile> PackedFile::open(std::string_view path) {
  MappedFile map = TRY(MappedFile::open(path));
  PackedDirectory directory = TRY(parse_packed_directory(map.bytes(), path));
  if (map.damaged()) return corrupt(path, "was cut short or could not be read while it was opened");
  return PackedFile(std::move(map), std::move(directory));
}

const std::byte* PackedFile::find(std::string_view name, MatrixFormat format, int64_t rows, int64_t columns) const {
  for (const PackedMatrix& matrix : directory_.matrices) {
    if (matrix.name != name) continue;
    const bool same = matrix.format == format && matrix.rows == rows && matrix.columns == columns;
    return same ? map_.bytes().data() + matrix.offset : nullptr;
  }
  return nullptr;
}

Status PackedFile::verify() const {
  for (const PackedMatrix& matrix : directory_.matrices) {
    const std::byte* const bytes = map_.bytes().data() + matrix.offset;
    const uint64_t found = XXH3_64bits(bytes, static_cast<size_t>(matrix.bytes()));
    if (found != matrix.checksum || map_.damaged())
      return corrupt(path(), concat("the checksum of ", matrix.name, " is wrong; delete the file, it is made again"));
  }
  return {};
}

Result<PackedWriter> PackedWriter::create(std::string_view path, const PackedKey& key) {
  return PackedWriter(TRY(AtomicFile::create(path, AtomicFile::Readers::kOwner)), key);
}

Status PackedWriter::add(std::string_view name, MatrixFormat format, int64_t rows, int64_t columns,
                         std::span<const std::byte> bytes) {
  CHECK(static_cast<int64_t>(bytes.size()) == matrix_bytes(format, rows, columns));
  CHECK(static_cast<int64_t>(name.size()) <= PackedDirectory::kNameBytesMax &&
        matrices() < PackedDirectory::kMatricesMax);
  static constexpr std::byte kZeros[PackedDirectory::kAlignment] = {};
  const int64_t offset = round_up_to(written_, PackedDirectory::kAlignment);
  TRY(file_.write(std::span(kZeros).first(static_cast<size_t>(offset - written_))));
  TRY(file_.write(bytes));
  written_ = offset + static_cast<int64_t>(bytes.size());
  directory_.matrices.push_back(
      {std::string(name), format, rows, columns, offset, XXH3_64bits(bytes.data(), bytes.size())});
  return {};
}

Status PackedWriter::commit() {
  std::string end;
  for (const PackedMatrix& matrix : directory_.matrices) {
    append(end, static_cast<uint32_t>(matrix.format));
    append(end, static_cast<uint32_t>(matrix.name.size()));
    for (const int64_t number : {matrix.rows, matrix.columns, matrix.offset, matrix.bytes()}) append(end, number);
    append(end, matrix.checksum);
    end += matrix.name;
  }
  for (const uint64_t word : directory_.key) append(end, word);
  append(end, written_);
  append(end, matrices());
  append(end, static_cast<uint64_t>(XXH3_64bits(end.data(), end.size())));
  end += kMagic;
  TRY(file_.write(end));
  return file_.commit();
}

}  // namespace capy
