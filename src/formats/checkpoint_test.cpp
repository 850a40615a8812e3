// SPDX-License-Identifier: Apache-2.0
#include "formats/checkpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "base/concat.h"
#include "formats/checkpoint_files.h"
#include "formats/test_files.h"
#include "formats/writer.h"

namespace capy {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string kGolden = CAPY_SOURCE_DIR "/tests/golden/";

// A safetensors file of one f32 tensor of four values for each name.
std::string small_safetensors(const std::vector<std::string>& names, float value = 1) {
  std::string header = "{";
  std::string data;
  for (const std::string& name : names) {
    header += concat(header.size() > 1 ? "," : "", "\"", name, "\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[",
                     data.size(), ",", data.size() + 16, "]}");
    for (int i = 0; i < 4; ++i) data += raw(value);
  }
  const std::string text = header + "}";
  return raw_string(text) + data;
}

std::string small_gguf(const std::vector<std::string>& names, const std::vector<std::string>& entries = {}) {
  RawGguf file;
  file.entries = entries;
  for (size_t i = 0; i < names.size(); ++i) file.tensors.push_back(raw_tensor(names[i], {4}, 0, i * 32));
  file.data = std::string(names.size() * 32, '\1');
  return file.bytes();
}

void expect_error(const std::string& path, ErrorCode code, const std::string& text) {
  const auto opened = Checkpoint::open(path);
  ASSERT_FALSE(opened.ok()) << "expected: " << text;
  EXPECT_EQ(opened.error().code, code) << opened.error().message;
  EXPECT_THAT(opened.error().message, HasSubstr(text));
}

std::vector<std::string> names_of(const Checkpoint& checkpoint) {
  std::vector<std::string> names;
  for (const Tensor& tensor : checkpoint.tensors()) names.push_back(tensor.name);
  return names;
}

TEST(Checkpoint, ReadsTheGoldenModelsInBothFormats) {
  const auto hf = Checkpoint::open(kGolden + "models/llama3");
  const auto gguf = Checkpoint::open(kGolden + "gguf/llama3.f32.gguf");
  ASSERT_TRUE(hf.ok()) << hf.error().message;
  ASSERT_TRUE(gguf.ok()) << gguf.error().message;
  EXPECT_EQ(hf.value().kind(), Checkpoint::Kind::kSafetensors);
  EXPECT_EQ(gguf.value().kind(), Checkpoint::Kind::kGguf);
  EXPECT_EQ(hf.value().config()["model_type"].as_string(), "llama");
  EXPECT_EQ(gguf.value().metadata().as_string("general.architecture"), "llama");
  EXPECT_FALSE(gguf.value().config().exists());
  EXPECT_TRUE(hf.value().metadata().keys().empty());
  EXPECT_EQ(hf.value().directory(), kGolden + "models/llama3");
  EXPECT_EQ(gguf.value().directory(), "");
  const Tensor* a = hf.value().find("model.embed_tokens.weight");
  const Tensor* b = gguf.value().find("token_embd.weight");
  ASSERT_TRUE(a != nullptr && b != nullptr);
  EXPECT_EQ(a->shape, b->shape);
  ASSERT_EQ(a->bytes.size(), b->bytes.size());
  EXPECT_EQ(std::memcmp(a->bytes.data(), b->bytes.data(), a->bytes.size()), 0);
  EXPECT_EQ(hf.value().find("model.embed_tokens"), nullptr);
  EXPECT_EQ(hf.value().file_bytes(), static_cast<int64_t>(fs::file_size(kGolden + "models/llama3/model.safetensors")));
}

TEST(Checkpoint, ReadsEveryGoldenFile) {
  int seen = 0;
  for (const char* folder : {"models", "gguf"}) {
    for (const auto& entry : fs::directory_iterator(kGolden + folder)) {
      if (!entry.is_directory() && entry.path().extension() != ".gguf") continue;
      const auto checkpoint = Checkpoint::open(entry.path().string());
      ASSERT_TRUE(checkpoint.ok()) << checkpoint.error().message;
      EXPECT_GT(checkpoint.value().tensors().size(), 10u);
      EXPECT_FALSE(checkpoint.value().damaged());
      ++seen;
    }
  }
  EXPECT_GE(seen, 15);
  const auto sharded = Checkpoint::open(kGolden + "models/qwen35_nested");
  EXPECT_NE(sharded.value().find("model.language_model.embed_tokens.weight"), nullptr);
  const auto fp8 = Checkpoint::open(kGolden + "models/qwen35_fp8");
  int64_t scales = 0;
  for (const Tensor& tensor : fp8.value().tensors()) {
    if (!tensor.name.ends_with(".weight_scale_inv")) continue;
    const Tensor* weight = fp8.value().find(tensor.name.substr(0, tensor.name.size() - 10));
    ASSERT_NE(weight, nullptr) << tensor.name;
    EXPECT_EQ(weight->type, DType::kF8E4M3);
    ++scales;
  }
  EXPECT_GT(scales, 0);
}

TEST(Checkpoint, OneSafetensorsFileWithAndWithoutConfig) {
  const TestDirectory directory;
  const std::string file = directory.put("weights.safetensors", small_safetensors({"a"}));
  ASSERT_TRUE(Checkpoint::open(file).ok());
  EXPECT_FALSE(Checkpoint::open(file).value().config().exists());
  directory.put("config.json", "{\"hidden_size\": 8}");
  const auto checkpoint = Checkpoint::open(file);
  EXPECT_EQ(checkpoint.value().config()["hidden_size"].as_int(), 8);
  EXPECT_EQ(checkpoint.value().directory(), directory.path());
  directory.put("config.json", "[]");
  expect_error(file, ErrorCode::kInvalid, "not a JSON object");
  directory.put("config.json", "{");
  expect_error(file, ErrorCode::kInvalid, "not valid JSON");
  directory.put("empty.safetensors", raw_safetensors("{}", 0));
  fs::remove(directory / "config.json");
  expect_error(directory / "empty.safetensors", ErrorCode::kCorrupt, "holds no tensor");
}

TEST(Checkpoint, ErrorsSayWhatIsThere) {
  const TestDirectory directory;
  expect_error(directory / "nothing", ErrorCode::kNotFound, "nothing: cannot be opened");
  expect_error(directory.path(), ErrorCode::kNotFound, "neither model.safetensors nor model.safetensors.index.json");
  const std::string other = directory.put("weights.safetensors", small_safetensors({"a"}));
  expect_error(directory.path(), ErrorCode::kNotFound, "give the path of that file");
  directory.put("pytorch_model.bin", "x");
  expect_error(directory.path(), ErrorCode::kNotFound, "convert it to safetensors");
  fs::remove(directory / "pytorch_model.bin");
  directory.put("adapter_config.json", "{}");
  expect_error(directory.path(), ErrorCode::kNotFound, "--lora");
  directory.put("model.safetensors", small_safetensors({"a"}));
  expect_error(directory.path(), ErrorCode::kNotFound, "has no config.json");
  expect_error(directory.put("x.gguf", "not gguf"), ErrorCode::kInvalid, "is not a GGUF file");
  expect_error("/dev/zero", ErrorCode::kInvalid, "not a regular file");
  expect_error("", ErrorCode::kInvalid, "is not the path of a model");
  expect_error(other + std::string("\0x", 2), ErrorCode::kInvalid, "is not the path of a model");
}

TEST(Checkpoint, ShardsByIndex) {
  const TestDirectory directory;
  directory.put("config.json", "{}");
  directory.put("one.safetensors", small_safetensors({"a", "shared", "stray"}, 1));
  directory.put("two.safetensors", small_safetensors({"b", "shared"}, 2));
  directory.put(
      "model.safetensors.index.json",
      R"({"metadata":{},"weight_map":{"a":"one.safetensors","b":"two.safetensors","shared":"two.safetensors"}})");
  const auto checkpoint = Checkpoint::open(directory.path());
  ASSERT_TRUE(checkpoint.ok()) << checkpoint.error().message;
  EXPECT_THAT(names_of(checkpoint.value()), ElementsAre("a", "b", "shared"));
  float value = 0;
  std::memcpy(&value, checkpoint.value().find("shared")->bytes.data(), sizeof value);
  EXPECT_EQ(value, 2);  // the index decides
}

TEST(CheckpointHostile, IndexFiles) {
  const TestDirectory directory;
  directory.put("config.json", "{}");
  const std::string shard = directory.put("inner/one.safetensors", small_safetensors({"a"}));
  directory.put("one.safetensors", small_safetensors({"a"}));
  const auto with_index = [&](const std::string& text, ErrorCode code, const std::string& message) {
    directory.put("model.safetensors.index.json", text);
    expect_error(directory.path(), code, message);
  };
  for (const std::string& name : {std::string("../one.safetensors"), std::string("inner/one.safetensors"), shard,
                                  std::string(""), std::string(".."), std::string("."),
                                  std::string("inner\\\\one.safetensors"), std::string("one.safetensors\\u0000")}) {
    SCOPED_TRACE(name);
    with_index(concat("{\"weight_map\":{\"a\":\"", name, "\"}}"), ErrorCode::kInvalid, "not the plain name of a file");
  }
  with_index(R"({"weight_map":{"a":1}})", ErrorCode::kInvalid, "not the plain name");
  with_index(R"({"weight_map":{"a":"two.safetensors"}})", ErrorCode::kNotFound, "two.safetensors: is named by");
  with_index(R"({"weight_map":{"a":"one.safetensors","b":"one.safetensors"}})", ErrorCode::kCorrupt,
             "lacks tensor \"b\"");
  with_index(R"({"weight_map":{"a":"inner"}})", ErrorCode::kInvalid, "not a regular file");
  for (const char* text : {"{}", "[]", R"({"weight_map":{}})", R"({"weight_map":[]})"}) {
    with_index(text, ErrorCode::kCorrupt, "has no \"weight_map\"");
  }
  with_index("{", ErrorCode::kInvalid, "not valid JSON");

  // Many shards: the limit comes before the first is opened.
  std::string many = "{\"weight_map\":{";
  for (int i = 0; i <= 1000; ++i) many += concat(i == 0 ? "" : ",", "\"", i, "\":\"", i, ".safetensors\"");
  with_index(many + "}}", ErrorCode::kLimit, "more than 1000 files");
}

TEST(Checkpoint, SymbolicLinksAreFollowed) {
  const TestDirectory blobs;
  const TestDirectory directory;  // as the Hugging Face cache lays out a snapshot
  const std::string blob = blobs.put("0123abcd", small_safetensors({"a"}));
  directory.put("config.json", "{}");
  fs::create_symlink(blob, directory / "model.safetensors");
  EXPECT_TRUE(Checkpoint::open(directory.path()).ok());
}

std::string split_entries(int64_t number, int64_t count, int32_t total) {
  return raw_entry("split.no", 2, raw(static_cast<uint16_t>(number))) +
         raw_entry("split.count", 2, raw(static_cast<uint16_t>(count))) +
         raw_entry("split.tensors.count", 5, raw(total));
}

// A part of a split file; the three entries above count as one string of entries.
std::string split_part(const std::vector<std::string>& names, int64_t number, int64_t count, int32_t total) {
  RawGguf file;
  file.entries = {split_entries(number, count, total)};
  file.entry_count = 3;
  for (size_t i = 0; i < names.size(); ++i) file.tensors.push_back(raw_tensor(names[i], {4}, 0, i * 32));
  file.data = std::string(names.size() * 32, '\1');
  return file.bytes();
}

TEST(Checkpoint, SplitGguf) {
  const TestDirectory directory;
  const std::string first = directory.put("m-00001-of-00002.gguf", split_part({"a"}, 0, 2, 3));
  const std::string second = directory.put("m-00002-of-00002.gguf", split_part({"b", "c"}, 1, 2, 3));
  const auto checkpoint = Checkpoint::open(first);
  ASSERT_TRUE(checkpoint.ok()) << checkpoint.error().message;
  EXPECT_THAT(names_of(checkpoint.value()), ElementsAre("a", "b", "c"));
  EXPECT_EQ(checkpoint.value().file_bytes(), static_cast<int64_t>(fs::file_size(first) + fs::file_size(second)));
  expect_error(second, ErrorCode::kInvalid, "open " + first);

  directory.put("m-00002-of-00002.gguf", split_part({"b"}, 1, 2, 3));
  expect_error(first, ErrorCode::kCorrupt, "hold 2 tensors instead of 3");
  directory.put("m-00002-of-00002.gguf", split_part({"a", "c"}, 1, 2, 3));
  expect_error(first, ErrorCode::kCorrupt, "two tensors are named \"a\"");
  directory.put("m-00002-of-00002.gguf", split_part({"b", "c"}, 0, 2, 3));
  expect_error(first, ErrorCode::kCorrupt, "does not say that it is part 2 of 2");
  fs::remove(second);
  expect_error(first, ErrorCode::kNotFound, "m-00002-of-00002.gguf");
  expect_error(directory.put("other.gguf", split_part({"a"}, 0, 2, 3)), ErrorCode::kInvalid, "is one of 2 parts");
  expect_error(directory.put("m-00001-of-60000.gguf", split_part({"a"}, 0, 60000, 3)), ErrorCode::kInvalid,
               "at most 1000");
}

TEST(Checkpoint, SplitNames) {
  const auto name = parse_split_name("/x/a-00002-of-00013.gguf");
  ASSERT_TRUE(name.has_value());
  EXPECT_EQ(name->stem, "/x/a");
  EXPECT_EQ(name->number, 2);
  EXPECT_EQ(name->count, 13);
  EXPECT_EQ(name->of(1), "/x/a-00001-of-00013.gguf");
  for (const char* other :
       {"a.gguf", "-00001-of-00002.gguf", "a-00001-of-00002.safetensors", "a-00003-of-00002.gguf",
        "a-00000-of-00002.gguf", "a-0000x-of-00002.gguf", "a-00001-og-00002.gguf", "a-+0001-of-00002.gguf"}) {
    EXPECT_FALSE(parse_split_name(other).has_value()) << other;
  }
}

TEST(Checkpoint, IdentityNamesTheContent) {
  const TestDirectory directory;
  std::vector<uint64_t> seen;
  const auto note = [&](const std::string& path) {
    const auto checkpoint = Checkpoint::open(path);
    ASSERT_TRUE(checkpoint.ok());
    EXPECT_THAT(seen, Not(::testing::Contains(checkpoint.value().identity())));
    seen.push_back(checkpoint.value().identity());
  };
  note(directory.put("a.safetensors", small_safetensors({"a"}, 1)));
  note(directory.put("b.safetensors", small_safetensors({"a"}, 2)));
  note(directory.put("c.safetensors", small_safetensors({"b"}, 1)));
  note(directory.put("d.safetensors", small_safetensors({"a"}, 1) + "x"));
  note(directory.put("e.gguf", small_gguf({"a"})));
  directory.put("config.json", "{}");
  note(directory / "a.safetensors");
  fs::remove(directory / "config.json");
  // The same bytes elsewhere are the same model, on every machine: the value is fixed here.
  const auto moved = Checkpoint::open(directory.put("elsewhere/z.safetensors", small_safetensors({"a"}, 1)));
  EXPECT_EQ(moved.value().identity(), seen[0]);
  EXPECT_EQ(seen[0], 1737723805356674559u);
}

TEST(CheckpointHostile, RealFilesCutAtEvery4KiB) {
  const TestDirectory directory;
  for (const char* name :
       {"gguf/llama3.f32.gguf", "models/llama3/model.safetensors", "models/qwen35_fp8/model.safetensors"}) {
    const std::string whole = contents(kGolden + name);
    const std::string extension = fs::path(name).extension().string();
    for (size_t size = 0; size < whole.size(); size += 4096) {
      const auto opened = Checkpoint::open(directory.put("cut" + extension, std::string_view(whole).substr(0, size)));
      ASSERT_FALSE(opened.ok()) << name << " " << size;
      EXPECT_EQ(opened.error().code, ErrorCode::kCorrupt) << opened.error().message;
    }
  }
}

// Hostile inputs: a file that changes under the mapping. The reader must see zeros and be told, not crash.
TEST(CheckpointHostile, FileTruncatedUnderTheMappingIsAnErrorAndNoCrash) {
  const TestDirectory directory;
  for (const char* name : {"m.gguf", "m.safetensors"}) {
    SCOPED_TRACE(name);
    RawGguf file;
    file.tensors = {raw_tensor("t", {1 << 20}, 0, 0)};
    file.data = std::string(4 << 20, '\1');
    const std::string path = directory.put(
        name, std::string_view(name) == "m.gguf"
                  ? file.bytes()
                  : raw_safetensors(R"({"t":{"dtype":"F32","shape":[1048576],"data_offsets":[0,4194304]}})", 4 << 20));
    const auto checkpoint = Checkpoint::open(path);
    ASSERT_TRUE(checkpoint.ok()) << checkpoint.error().message;
    const Tensor& tensor = *checkpoint.value().find("t");
    EXPECT_FALSE(checkpoint.value().damaged());
    fs::resize_file(path, 100'000);
    uint64_t sum = 0;
    for (const std::byte b : tensor.bytes) sum += static_cast<uint64_t>(b);
    EXPECT_LT(sum, uint64_t{110'000});
    EXPECT_TRUE(checkpoint.value().damaged());
    checkpoint.value().release_pages(tensor);
    (void)checkpoint.value().identity();
  }
}

TEST(CheckpointHostile, FileReplacedOrUnlinkedUnderTheMappingKeepsTheOldBytes) {
  const TestDirectory directory;
  const std::string path = directory.put("m.safetensors", small_safetensors({"a"}, 7));
  const auto checkpoint = Checkpoint::open(path);
  const std::string next = directory.put("next", small_safetensors({"a"}, 9));
  fs::rename(next, path);
  fs::remove(path);
  float value = 0;
  std::memcpy(&value, checkpoint.value().find("a")->bytes.data(), sizeof value);
  EXPECT_EQ(value, 7);
  EXPECT_FALSE(checkpoint.value().damaged());
}

}  // namespace
}  // namespace capy
