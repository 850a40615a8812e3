// SPDX-License-Identifier: Apache-2.0
#include "formats/checkpoint_files.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <map>
#include <set>

#include "base/concat.h"
#include "formats/gguf.h"
#include "formats/safetensors.h"
#include "formats/tensor_checks.h"

namespace capy {
namespace fs = std::filesystem;
namespace {

constexpr int64_t kConfigBytesMax = int64_t{16} << 20;
constexpr int64_t kIndexBytesMax = int64_t{32} << 20;  // 100,000 tensors take half of it
constexpr std::string_view kConfigName = "config.json";
constexpr std::string_view kSingleName = "model.safetensors";
constexpr std::string_view kIndexName = "model.safetensors.index.json";

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

bool begins_with_gguf(std::span<const std::byte> bytes) {
  return bytes.size() >= 4 && std::memcmp(bytes.data(), "GGUF", 4) == 0;
}

// A file that shrank while it was parsed gave zeros; whatever was concluded from them is void.
Status check_undamaged(const MappedFile& map) {
  if (!map.damaged()) return {};
  return Error{ErrorCode::kCorrupt, concat(map.path(), ": was cut short or could not be read while it was opened")};
}

Status read_config(CheckpointFiles& out, const fs::path& path) {
  out.config_text = TRY(read_file(path.string(), kConfigBytesMax));
  out.config = TRY(JsonDocument::parse(out.config_text, path.string()));
  if (out.config->root().is_object()) return {};
  return Error{ErrorCode::kInvalid, concat(path.string(), ": is not a JSON object")};
}

// ---- safetensors ----

Result<std::vector<Tensor>> map_safetensors(CheckpointFiles& out, const std::string& path,
                                            const CheckpointLimits& limits) {
  MappedFile map = TRY(MappedFile::open(path));
  SafetensorsFile parsed = TRY(parse_safetensors(map.bytes(), path, limits));
  TRY(check_undamaged(map));
  out.files.push_back({std::move(map), parsed.header_bytes});
  return std::move(parsed.tensors);
}

Status add_single(CheckpointFiles& out, const std::string& path, const CheckpointLimits& limits) {
  out.tensors = TRY(map_safetensors(out, path, limits));
  if (!out.tensors.empty()) return {};
  return Error{ErrorCode::kCorrupt, concat(path, ": holds no tensor; was the download cut short?")};
}

// A shard's name must be that of a file in the directory itself: an index must not make us read elsewhere. (Symbolic
// links are fine: the Hugging Face cache is made of them, and only the owner of the directory can place one.)
bool is_plain_file_name(std::string_view name) {
  return !name.empty() && name != "." && name != ".." && name.find_first_of(std::string_view("/\\\0", 3)) == name.npos;
}

// Which tensor names each shard is to give, shards by name.
using ShardPlan = std::map<std::string, std::set<std::string, std::less<>>, std::less<>>;

Result<ShardPlan> read_index(const fs::path& path, const CheckpointLimits& limits) {
  const std::string file = path.string();
  const JsonDocument document = TRY(JsonDocument::read(file, {.bytes_max = kIndexBytesMax, .depth_max = 16}));
  const Json weight_map = document.root()["weight_map"];
  if (weight_map.size() == 0 || !weight_map.is_object()) {
    return Error{ErrorCode::kCorrupt, concat(file, ": has no \"weight_map\"; get the file again")};
  }
  if (weight_map.size() > limits.tensors_max) {
    return Error{ErrorCode::kLimit,
                 concat(file, ": lists ", weight_map.size(), " tensors; at most ", limits.tensors_max, " are read")};
  }
  ShardPlan plan;
  for (int64_t i = 0; i < weight_map.size(); ++i) {
    const auto shard = weight_map[i].as_string();
    if (!shard || !is_plain_file_name(*shard)) {
      return Error{ErrorCode::kInvalid,
                   concat(file, ": tensor ", shown(weight_map.key(i)), " is in ", shown(shard.value_or("no file")),
                          ", which is not the plain name of a file beside the index")};
    }
    plan[std::string(*shard)].emplace(weight_map.key(i));
    if (static_cast<int64_t>(plan.size()) > limits.shards_max) {
      return Error{ErrorCode::kLimit, concat(file, ": names more than ", limits.shards_max, " files")};
    }
  }
  return plan;
}

Status add_shard(CheckpointFiles& out, const fs::path& path, std::set<std::string, std::less<>> wanted,
                 const CheckpointLimits& limits) {
  if (!is_there(path)) {
    return Error{ErrorCode::kNotFound,
                 concat(path.string(), ": is named by ", kIndexName, " but missing; the download is not complete")};
  }
  // What the index gives to another shard, or to none, is not taken: the index decides.
  for (Tensor& tensor : TRY(map_safetensors(out, path.string(), limits))) {
    const auto found = wanted.find(tensor.name);
    if (found == wanted.end()) continue;
    wanted.erase(found);
    out.tensors.push_back(std::move(tensor));
  }
  if (wanted.empty()) return {};
  return Error{ErrorCode::kCorrupt,
               concat(path.string(), ": lacks tensor ", shown(*wanted.begin()), ", which ", kIndexName,
                      " says is there; the files do not belong together, get them again")};
}

Status add_shards(CheckpointFiles& out, const fs::path& directory, const CheckpointLimits& limits) {
  const ShardPlan plan = TRY(read_index(directory / kIndexName, limits));
  for (const auto& [shard, wanted] : plan) TRY(add_shard(out, directory / shard, wanted, limits));
  return {};
}

// Why a directory is no checkpoint: names what is there instead.
Error no_checkpoint(const fs::path& directory) {
  std::string hint;
  std::error_code failed;
  for (fs::directory_iterator entry(directory, failed), end; !failed && entry != end; entry.increment(failed)) {
    const std::string name = entry->path().filename().string();
    if (name.ends_with(".gguf")) hint = concat("; it holds ", shown(name), ": give the path of that file");
    if (name == "adapter_config.json") hint = "; it holds a LoRA adapter: give it with --lora beside a model";
    if (name == "pytorch_model.bin") hint = "; it holds pytorch_model.bin: convert it to safetensors";
    if (!hint.empty()) break;
    if (name.ends_with(".safetensors")) {
      hint = concat("; it holds ", shown(name), ": give the path of that file, or get ", kIndexName);
    }
  }
  return Error{ErrorCode::kNotFound,
               concat(directory.string(), ": has neither ", kSingleName, " nor ", kIndexName, hint)};
}

Status open_directory(CheckpointFiles& out, const CheckpointLimits& limits) {
  const fs::path directory(out.path);
  out.directory = out.path;
  const bool single = is_there(directory / kSingleName);
  if (!single && !is_there(directory / kIndexName)) return no_checkpoint(directory);
  if (!is_there(directory / kConfigName)) {
    return Error{ErrorCode::kNotFound,
                 concat(out.path, ": has no ", kConfigName, ", which says what the weights mean")};
  }
  TRY(read_config(out, directory / kConfigName));
  return single ? add_single(out, (directory / kSingleName).string(), limits) : add_shards(out, directory, limits);
}

Status open_safetensors(CheckpointFiles& out, const CheckpointLimits& limits) {
  const fs::path parent = fs::path(out.path).parent_path();
  out.directory = parent.empty() ? "." : parent.string();
  const fs::path config = fs::path(out.directory) / kConfigName;
  if (is_there(config)) TRY(read_config(out, config));
  return add_single(out, out.path, limits);
}

// ---- GGUF ----

Status add_gguf(CheckpointFiles& out, MappedFile map, const CheckpointLimits& limits) {
  GgufFile parsed = TRY(parse_gguf(map.bytes(), map.path(), limits));
  TRY(check_undamaged(map));
  for (Tensor& tensor : parsed.tensors) out.tensors.push_back(std::move(tensor));
  if (out.files.empty()) out.metadata = std::move(parsed.metadata);
  out.files.push_back({std::move(map), parsed.header_bytes});
  return {};
}

// The later parts of a split file. The first one says how many there are; each says which one it is.
Status add_split_parts(CheckpointFiles& out, int64_t count, const CheckpointLimits& limits) {
  const std::string first = out.path;
  const auto name = parse_split_name(first);
  if (!name || name->count != count || count > limits.shards_max) {
    return Error{ErrorCode::kInvalid, concat(first, ": is one of ", count, " parts; their names must end in -00001-of-",
                                             "0000N.gguf with N = ", count, " (at most ", limits.shards_max, ")")};
  }
  if (name->number != 1 || out.metadata.as_int("split.no").value_or(0) != 0) {
    return Error{ErrorCode::kInvalid, concat(first, ": is not the first part; open ", name->of(1))};
  }
  const int64_t tensors_max = limits.tensors_max;
  for (int64_t number = 2; number <= count; ++number) {
    const std::string path = name->of(number);
    MappedFile map = TRY(MappedFile::open(path));
    GgufFile parsed = TRY(parse_gguf(map.bytes(), path, limits));
    TRY(check_undamaged(map));
    if (parsed.metadata.as_int("split.no") != number - 1 || parsed.metadata.as_int("split.count") != count) {
      return Error{ErrorCode::kCorrupt, concat(path, ": does not say that it is part ", number, " of ", count)};
    }
    for (Tensor& tensor : parsed.tensors) out.tensors.push_back(std::move(tensor));
    if (static_cast<int64_t>(out.tensors.size()) > tensors_max) {
      return Error{ErrorCode::kLimit, concat(first, ": its parts have more than ", tensors_max, " tensors")};
    }
    out.files.push_back({std::move(map), parsed.header_bytes});
  }
  const auto total = out.metadata.as_int("split.tensors.count");
  if (total && *total != static_cast<int64_t>(out.tensors.size())) {
    return Error{ErrorCode::kCorrupt,
                 concat(first, ": its parts hold ", out.tensors.size(), " tensors instead of ", *total)};
  }
  return check_disjoint(out.tensors, first);
}

Status open_gguf(CheckpointFiles& out, MappedFile map, const CheckpointLimits& limits) {
  out.kind = Checkpoint::Kind::kGguf;
  TRY(add_gguf(out, std::move(map), limits));
  const int64_t parts = out.metadata.as_int("split.count").value_or(1);
  return parts > 1 ? add_split_parts(out, parts, limits) : Status();
}

}  // namespace

std::string SplitName::of(int64_t wanted) const {
  const auto five = [](int64_t n) {
    const std::string digits = concat(n);
    return std::string(digits.size() < 5 ? 5 - digits.size() : 0, '0') + digits;
  };
  return concat(stem, "-", five(wanted), "-of-", five(count), ".gguf");
}

std::optional<SplitName> parse_split_name(std::string_view name) {
  constexpr std::string_view kForm = "-00001-of-00003.gguf";
  if (name.size() <= kForm.size() || !name.ends_with(".gguf")) return std::nullopt;
  SplitName split{name.substr(0, name.size() - kForm.size())};
  const std::string_view tail = name.substr(split.stem.size());
  const auto number = [](std::string_view digits, int64_t& out) {
    const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), out);
    return failed == std::errc() && end == digits.data() + digits.size() && out > 0;
  };
  if (tail[0] != '-' || tail.substr(6, 4) != "-of-") return std::nullopt;
  if (!number(tail.substr(1, 5), split.number) || !number(tail.substr(10, 5), split.count)) return std::nullopt;
  if (split.number > split.count) return std::nullopt;
  return split;
}

Result<CheckpointFiles> open_checkpoint_files(std::string_view path, const CheckpointLimits& limits) {
  if (path.empty() || path.find('\0') != path.npos) {
    return Error{ErrorCode::kInvalid, concat(shown(path), ": is not the path of a model")};
  }
  CheckpointFiles out;
  out.path = path;
  std::error_code failed;
  if (fs::is_directory(out.path, failed)) {
    TRY(open_directory(out, limits));
    return out;
  }
  MappedFile map = TRY(MappedFile::open(path));
  if (begins_with_gguf(map.bytes()) || path.ends_with(".gguf")) {
    TRY(open_gguf(out, std::move(map), limits));
  } else {
    TRY(open_safetensors(out, limits));
  }
  return out;
}

}  // namespace capy
