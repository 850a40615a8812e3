// SPDX-License-Identifier: Apache-2.0
#include "formats/safetensors.h"

#include <algorithm>
#include <cstring>

#include "base/concat.h"
#include "formats/tensor_checks.h"

namespace capy {
namespace {

// 100,000 tensors, as many as are read by default, take 20 MB. Parsed JSON can take ten times its text and more, so the
// 100 MB of the format's own library would let a hostile file have 2 GB.
constexpr int64_t kHeaderBytesMax = int64_t{32} << 20;
constexpr int kHeaderDepthMax = 8;
constexpr std::string_view kMetadataKey = "__metadata__";

// Members of the outermost object of a valid JSON text, repeated names counted each time.
int64_t count_members(std::string_view json) {
  int64_t members = 0;
  int depth = 0;
  bool in_string = false;
  for (size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (in_string) {
      if (c == '\\') ++i;
      in_string = c != '"';
      continue;
    }
    in_string = c == '"';
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') --depth;
    if (c == ':' && depth == 1) ++members;
  }
  return members;
}

class Parser {
 public:
  Parser(std::span<const std::byte> bytes, std::string_view name, const CheckpointLimits& limits)
      : bytes_(bytes), name_(name), limits_(limits) {}

  Result<SafetensorsFile> parse() {
    const std::string_view header = TRY(read_header());
    const JsonDocument document = TRY(parse_header(header));
    const Json root = document.root();
    if (!root.is_object()) return corrupt("its header is not a JSON object; the file is damaged, get it again");
    if (root.size() > limits_.tensors_max) {
      return fault(ErrorCode::kLimit, "lists ", root.size(), " tensors; at most ", limits_.tensors_max, " are read");
    }
    // The JSON reader keeps the last of two members with one name: the loss shows in the count.
    if (count_members(header) != root.size()) {
      return corrupt("two tensors in its header have the same name; the file was written wrongly, get another");
    }
    file_.tensors.reserve(static_cast<size_t>(root.size()));
    for (int64_t i = 0; i < root.size(); ++i) {
      if (root.key(i) != kMetadataKey) TRY(add_tensor(root.key(i), root[i]));
    }
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

  Result<std::string_view> read_header() {
    if (const std::string_view guess = describe_foreign_file(bytes_); !guess.empty()) {
      return fault(ErrorCode::kInvalid, "is ", guess);
    }
    uint64_t length = 0;
    if (bytes_.size() < sizeof length) {
      return corrupt("has only ", bytes_.size(), " bytes, too few for a safetensors file; get it again");
    }
    std::memcpy(&length, bytes_.data(), sizeof length);
    const int64_t length_max = std::min(kHeaderBytesMax, limits_.header_bytes_max);
    if (length > bytes_.size() - sizeof length) {
      return corrupt("says that its header has ", length, " bytes, but the file has only ", bytes_.size(),
                     "; it is cut short or not a safetensors file: get it again");
    }
    if (length > static_cast<uint64_t>(length_max)) {
      return fault(ErrorCode::kLimit, "has a header of ", length, " bytes; at most ", length_max, " are read");
    }
    file_.header_bytes = static_cast<int64_t>(sizeof length + length);
    data_ = bytes_.subspan(static_cast<size_t>(file_.header_bytes));
    return std::string_view(reinterpret_cast<const char*>(bytes_.data()) + sizeof length, length);
  }

  Result<JsonDocument> parse_header(std::string_view header) const {
    JsonLimits limits;
    limits.depth_max = kHeaderDepthMax;
    auto document = JsonDocument::parse(header, concat(name_, ": header"), limits);
    if (!document.ok() && document.error().code == ErrorCode::kInvalid) {
      return Error{ErrorCode::kCorrupt, concat(document.error().message, "; the file is damaged, get it again")};
    }
    return document;
  }

  Status add_tensor(std::string_view tensor_name, Json entry) {
    Tensor tensor;
    tensor.name = tensor_name;
    const auto type_name = entry["dtype"].as_string();
    const Json shape = entry["shape"];
    if (tensor_name.empty() || !type_name || !shape.is_array()) {
      return corrupt("tensor ", shown(tensor_name), " lacks a name, dtype or shape; the file is damaged, get it again");
    }
    const auto type = dtype_from_safetensors(*type_name);
    if (!type) {
      return fault(ErrorCode::kUnsupported, "tensor ", shown(tensor_name), " has the type ", shown(*type_name),
                   ", which capy does not read; take a BF16, F16, F32 or FP8 version of the model");
    }
    tensor.type = *type;
    if (TRY(read_shape(tensor, shape))) TRY(place(tensor, entry["data_offsets"]));
    return {};
  }

  // False for a tensor without elements.
  Result<bool> read_shape(Tensor& tensor, Json shape) const {
    if (shape.size() > Tensor::kRankMax) {
      return corrupt("tensor ", shown(tensor.name), " has ", shape.size(), " dimensions; at most ", Tensor::kRankMax,
                     " are possible");
    }
    bool has_elements = true;
    for (int64_t axis = 0; axis < shape.size(); ++axis) {
      const int64_t extent = shape[axis].as_int().value_or(-1);
      if (extent == 0) has_elements = false;
      tensor.shape.push_back(extent);
    }
    if (tensor.shape.empty()) tensor.shape = {1};
    if (!has_elements || checked_count(tensor.shape)) return has_elements;
    return corrupt("tensor ", shown(tensor.name), " has the impossible shape ", shown(tensor.shape),
                   "; the file is damaged, get it again");
  }

  Status place(Tensor& tensor, Json offsets) {
    const int64_t begin = offsets[0].as_int().value_or(-1);
    const int64_t end = offsets[1].as_int().value_or(-1);
    const auto data_bytes = static_cast<int64_t>(data_.size());
    if (!offsets.is_array() || offsets.size() != 2 || begin < 0 || end < begin || end > data_bytes) {
      return corrupt("tensor ", shown(tensor.name), " lies at bytes ", begin, " to ", end, " of the data, which has ",
                     data_bytes, "; the file is cut short or damaged: get it again");
    }
    const int64_t needed = dtype_bytes(tensor.type, tensor.count());
    if (end - begin != needed) {
      return corrupt("tensor ", shown(tensor.name), " of shape ", shown(tensor.shape), " and type ",
                     dtype_info(tensor.type).name, " needs ", needed, " bytes but has ", end - begin);
    }
    tensor.bytes = data_.subspan(static_cast<size_t>(begin), static_cast<size_t>(needed));
    file_.tensors.push_back(std::move(tensor));
    return {};
  }

  std::span<const std::byte> bytes_;
  std::span<const std::byte> data_;
  std::string_view name_;
  const CheckpointLimits& limits_;
  SafetensorsFile file_;
};

}  // namespace

Result<SafetensorsFile> parse_safetensors(std::span<const std::byte> bytes, std::string_view name,
                                          const CheckpointLimits& limits) {
  return Parser(bytes, name, limits).parse();
}

}  // namespace capy
