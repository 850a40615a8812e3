// SPDX-License-Identifier: Apache-2.0
#include "formats/gguf.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/concat.h"
#include "formats/tensor_checks.h"

namespace capy {
namespace {

static_assert(std::endian::native == std::endian::little, "files are little endian and read in place");

constexpr uint32_t kMagic = 0x46554747;  // "GGUF"
constexpr int64_t kDefaultAlignment = 32;
constexpr int64_t kAlignmentMax = int64_t{1} << 30;
constexpr int64_t kNameBytesMax = 65'535;  // of keys, by the format's description; tensor names are far shorter
// The fewest bytes that an entry and a tensor's description can take: counts beyond this are lies.
constexpr uint64_t kEntryBytesMin = 8 + 1 + 4 + 1;
constexpr uint64_t kTensorBytesMin = 8 + 1 + 4 + 8 + 4 + 8;

// Bytes of one value of a fixed size; 0 for strings, arrays and unknown types.
size_t type_bytes(GgufType type) {
  switch (type) {
    case GgufType::kU8:
    case GgufType::kI8:
    case GgufType::kBool: return 1;
    case GgufType::kU16:
    case GgufType::kI16: return 2;
    case GgufType::kU32:
    case GgufType::kI32:
    case GgufType::kF32: return 4;
    case GgufType::kU64:
    case GgufType::kI64:
    case GgufType::kF64: return 8;
    case GgufType::kString:
    case GgufType::kArray: return 0;
  }
  return 0;
}

// Names of types that capy does not read, so that the message can say what the file holds.
std::string_view foreign_type_name(uint32_t number) {
  constexpr std::pair<uint32_t, std::string_view> kNames[] = {
      {9, "Q8_1"},   {15, "Q8_K"},  {16, "IQ2_XXS"}, {17, "IQ2_XS"}, {18, "IQ3_XXS"}, {19, "IQ1_S"}, {21, "IQ3_S"},
      {22, "IQ2_S"}, {29, "IQ1_M"}, {34, "TQ1_0"},   {35, "TQ2_0"},  {39, "MXFP4"},   {40, "NVFP4"},
  };
  for (const auto& [known, name] : kNames) {
    if (known == number) return name;
  }
  return "unknown";
}

class Parser {
 public:
  Parser(std::span<const std::byte> bytes, std::string_view name, const CheckpointLimits& limits)
      : bytes_(bytes), name_(name), limits_(limits) {}

  Result<GgufFile> parse() {
    TRY(read_preamble());
    TRY(read_entries());
    TRY(read_tensors());
    TRY(place_tensors());
    TRY(check_disjoint(file_.tensors, name_));
    return std::move(file_);
  }

 private:
  template <class... Parts>
  Error fault(ErrorCode code, const Parts&... parts) const {
    return Error{code, concat(name_, ": ", parts...)};
  }
  template <class... Parts>
  Error corrupt(const Parts&... parts) const {
    return fault(ErrorCode::kCorrupt, parts...);
  }
  Error cut_short(std::string_view inside) const {
    return corrupt("ends inside ", inside, " (the file has ", bytes_.size(), " bytes, read up to byte ", position_,
                   "); it is cut short or a length in it is wrong: get the file again");
  }

  uint64_t remaining() const { return bytes_.size() - position_; }

  template <class T>
  Result<T> read(std::string_view inside) {
    if (remaining() < sizeof(T)) return cut_short(inside);
    T value;
    std::memcpy(&value, bytes_.data() + position_, sizeof value);
    position_ += sizeof value;
    return value;
  }

  Result<std::span<const std::byte>> take(uint64_t count, std::string_view inside) {
    if (count > remaining()) return cut_short(inside);
    const auto part = bytes_.subspan(position_, count);
    position_ += count;
    return part;
  }

  Result<std::string_view> read_string(int64_t bytes_max, std::string_view inside) {
    const uint64_t length = TRY(read<uint64_t>(inside));
    if (length > remaining()) return cut_short(inside);
    if (length > static_cast<uint64_t>(bytes_max)) {
      return fault(ErrorCode::kLimit, inside, " has ", length, " bytes; at most ", bytes_max, " are read");
    }
    const auto part = TRY(take(length, inside));
    return std::string_view(reinterpret_cast<const char*>(part.data()), part.size());
  }

  Status read_preamble() {
    const auto magic = TRY(read<uint32_t>("its first four bytes"));
    if (magic != kMagic) {
      const std::string_view guess = describe_foreign_file(bytes_);
      return fault(ErrorCode::kInvalid, guess.empty() ? "is not a GGUF file (it does not begin with GGUF)" : "is ",
                   guess);
    }
    const auto version = TRY(read<uint32_t>("the version"));
    if (version != 0 && (version & 0xffff) == 0) {
      return fault(ErrorCode::kUnsupported, "is a big-endian GGUF file; capy reads little-endian ones");
    }
    if (version < 2 || version > 3) {
      return fault(ErrorCode::kUnsupported, "is GGUF version ", version,
                   "; capy reads versions 2 and 3: convert it anew");
    }
    tensor_count_ = TRY(read<uint64_t>("the number of tensors"));
    entry_count_ = TRY(read<uint64_t>("the number of metadata entries"));
    TRY(check_total("metadata entries", entry_count_, kEntryBytesMin, limits_.metadata_entries_max));
    return check_total("tensors", tensor_count_, kTensorBytesMin, limits_.tensors_max);
  }

  Status check_total(std::string_view what, uint64_t count, uint64_t bytes_each, int64_t count_max) const {
    if (count > remaining() / bytes_each) {
      return corrupt("says that it has ", count, " ", what, ", more than its ", bytes_.size(),
                     " bytes can hold; it is damaged or cut short: get the file again");
    }
    if (count > static_cast<uint64_t>(count_max)) {
      return fault(ErrorCode::kLimit, "has ", count, " ", what, "; at most ", count_max, " are read");
    }
    return {};
  }

  Status check_header_bytes() const {
    if (static_cast<int64_t>(position_) <= limits_.header_bytes_max) return {};
    return fault(ErrorCode::kLimit, "has a header of more than ", limits_.header_bytes_max, " bytes");
  }

  Status read_entries() {
    auto& entries = *file_.metadata.entries;
    entries.values.reserve(entry_count_);
    for (uint64_t i = 0; i < entry_count_; ++i) {
      GgufValue value = TRY(read_entry());
      if (!entries.by_key.emplace(value.key, entries.values.size()).second) {
        return corrupt("has the metadata key ", shown(value.key), " twice; the file was written wrongly, get another");
      }
      entries.values.push_back(value);
      TRY(check_header_bytes());
    }
    return {};
  }

  Result<GgufValue> read_entry() {
    GgufValue value;
    value.key = TRY(read_string(kNameBytesMax, "a metadata key"));
    const std::string inside = concat("metadata ", shown(value.key));
    value.type = static_cast<GgufType>(TRY(read<uint32_t>(inside)));
    if (value.type == GgufType::kArray) {
      TRY(read_array(value, inside));
    } else if (value.type == GgufType::kString) {
      const std::string_view text = TRY(read_string(limits_.string_bytes_max, inside));
      value.bytes = std::as_bytes(std::span(text));
    } else {
      if (type_bytes(value.type) == 0) return unknown_type(inside, value.type);
      value.bytes = TRY(take(type_bytes(value.type), inside));
    }
    return value;
  }

  Error unknown_type(std::string_view inside, GgufType type) const {
    return corrupt(inside, " has the unknown type ", static_cast<uint32_t>(type),
                   "; the file is damaged or newer than this capy");
  }

  Status read_array(GgufValue& value, std::string_view inside) {
    value.element = static_cast<GgufType>(TRY(read<uint32_t>(inside)));
    const auto count = TRY(read<uint64_t>(inside));
    if (value.element == GgufType::kArray) {
      return fault(ErrorCode::kUnsupported, inside, " is an array of arrays, which capy does not read");
    }
    const size_t element_bytes = type_bytes(value.element);
    if (element_bytes == 0 && value.element != GgufType::kString) return unknown_type(inside, value.element);
    // A string takes at least its length field: this bounds the count by the file before anything is done per element.
    if (count > remaining() / std::max<size_t>(element_bytes, element_bytes == 0 ? 8 : 1)) return cut_short(inside);
    if (count > static_cast<uint64_t>(limits_.array_elements_max)) {
      return fault(ErrorCode::kLimit, inside, " has ", count, " elements; at most ", limits_.array_elements_max,
                   " are read");
    }
    value.count = static_cast<int64_t>(count);
    if (element_bytes > 0) {
      value.bytes = TRY(take(count * element_bytes, inside));
      return {};
    }
    const size_t begin = position_;
    TRY(skip_strings(count, inside));
    value.bytes = bytes_.subspan(begin, position_ - begin);
    return {};
  }

  // Vocabularies hold half a million strings, and starting time counts: no Result per string here.
  Status skip_strings(uint64_t count, std::string_view inside) {
    const auto bytes_max = static_cast<uint64_t>(limits_.string_bytes_max);
    for (uint64_t i = 0; i < count; ++i) {
      if (remaining() < 8) return cut_short(inside);
      uint64_t length = 0;
      std::memcpy(&length, bytes_.data() + position_, sizeof length);
      if (length > remaining() - 8) return cut_short(inside);
      if (length > bytes_max) {
        return fault(ErrorCode::kLimit, inside, " has a string of ", length, " bytes; at most ", bytes_max,
                     " are read");
      }
      position_ += 8 + length;
    }
    return {};
  }

  Status read_tensors() {
    file_.tensors.reserve(tensor_count_);
    offsets_.reserve(tensor_count_);
    for (uint64_t i = 0; i < tensor_count_; ++i) {
      TRY(read_tensor());
      TRY(check_header_bytes());
    }
    return {};
  }

  Status read_tensor() {
    Tensor tensor;
    tensor.name = TRY(read_string(kNameBytesMax, "a tensor's name"));
    if (tensor.name.empty()) return corrupt("has a tensor without a name; the file was written wrongly, get another");
    const std::string inside = concat("tensor ", shown(tensor.name));
    const auto rank = TRY(read<uint32_t>(inside));
    if (rank < 1 || rank > Tensor::kRankMax) {
      return corrupt(inside, " has ", rank, " dimensions; 1 to ", Tensor::kRankMax, " are possible");
    }
    for (uint32_t axis = 0; axis < rank; ++axis) {
      const auto extent = TRY(read<uint64_t>(inside));
      tensor.shape.push_back(extent > uint64_t{INT64_MAX} ? -1 : static_cast<int64_t>(extent));
    }
    std::reverse(tensor.shape.begin(), tensor.shape.end());
    const auto type_number = TRY(read<uint32_t>(inside));
    const auto type = dtype_from_gguf(type_number);
    if (!type) {
      return fault(ErrorCode::kUnsupported, inside, " has the type ", foreign_type_name(type_number), " (", type_number,
                   "), which capy does not read; take a file of Q4_0, Q4_K_M, Q6_K, Q8_0, BF16 or F16");
    }
    tensor.type = *type;
    offsets_.push_back(TRY(read<uint64_t>(inside)));
    file_.tensors.push_back(std::move(tensor));
    return {};
  }

  Result<int64_t> alignment() const {
    if (!file_.metadata.entries->by_key.contains("general.alignment")) return kDefaultAlignment;
    const int64_t value = file_.metadata.as_int("general.alignment").value_or(0);
    if (value > 0 && value <= kAlignmentMax && std::has_single_bit(static_cast<uint64_t>(value))) return value;
    return corrupt("its general.alignment is not a power of two up to 2^30; the file is damaged, get another");
  }

  // Finds the bytes of each tensor, now that the end of the header is known.
  Status place_tensors() {
    const auto step = static_cast<uint64_t>(TRY(alignment()));
    const uint64_t data_begin = (position_ + step - 1) / step * step;
    file_.header_bytes = static_cast<int64_t>(std::min<uint64_t>(data_begin, bytes_.size()));
    const auto data = bytes_.subspan(static_cast<size_t>(file_.header_bytes));
    for (size_t i = 0; i < file_.tensors.size(); ++i) TRY(place(file_.tensors[i], offsets_[i], data, step));
    return {};
  }

  Status place(Tensor& tensor, uint64_t offset, std::span<const std::byte> data, uint64_t step) const {
    const auto count = checked_count(tensor.shape);
    if (!count) {
      return corrupt("tensor ", shown(tensor.name), " has the impossible shape ", shown(tensor.shape),
                     "; the file is damaged, get it again");
    }
    const auto size = checked_bytes(tensor.type, tensor.shape, *count);
    if (!size) {
      return corrupt("tensor ", shown(tensor.name), " of type ", dtype_info(tensor.type).name, " has rows of ",
                     tensor.shape.back(), " values, which is not a multiple of ", dtype_info(tensor.type).block);
    }
    if (offset % step != 0) {
      return corrupt("tensor ", shown(tensor.name), " begins at offset ", offset, ", which is not a multiple of ",
                     step);
    }
    if (offset > data.size() || static_cast<uint64_t>(*size) > data.size() - offset) {
      return corrupt("tensor ", shown(tensor.name), " needs ", *size, " bytes at offset ", offset,
                     " of the data, which has ", data.size(), "; the file is cut short or damaged: get it again");
    }
    tensor.bytes = data.subspan(offset, static_cast<size_t>(*size));
    return {};
  }

  std::span<const std::byte> bytes_;
  std::string_view name_;
  const CheckpointLimits& limits_;
  size_t position_ = 0;
  uint64_t tensor_count_ = 0;
  uint64_t entry_count_ = 0;
  std::vector<uint64_t> offsets_;
  GgufFile file_;
};

}  // namespace

Result<GgufFile> parse_gguf(std::span<const std::byte> bytes, std::string_view name, const CheckpointLimits& limits) {
  return Parser(bytes, name, limits).parse();
}

}  // namespace capy
