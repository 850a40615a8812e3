// SPDX-License-Identifier: Apache-2.0
#include "formats/gguf.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/concat.h"
#include "formats/test_files.h"

namespace capy {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr uint32_t kU8 = 0, kU32 = 4, kI32 = 5, kF32 = 6, kBool = 7, kString = 8, kArray = 9, kU64 = 10, kF64 = 12;
constexpr uint32_t kTensorF32 = 0, kTensorQ8 = 8;

Result<GgufFile> parse(const std::string& bytes) { return parse_gguf(bytes_of(bytes), "test.gguf", {}); }

// Expects an error of this code whose message names the file and contains `text`.
void expect_error(const std::string& bytes, ErrorCode code, const std::string& text) {
  const auto parsed = parse(bytes);
  ASSERT_FALSE(parsed.ok()) << "expected: " << text;
  EXPECT_EQ(parsed.error().code, code) << parsed.error().message;
  EXPECT_THAT(parsed.error().message, HasSubstr(text));
  EXPECT_THAT(parsed.error().message, HasSubstr("test.gguf: "));
}

void expect_entry_error(const std::string& entry, ErrorCode code, const std::string& text) {
  RawGguf file;
  file.entries = {entry};
  expect_error(file.bytes(), code, text);
}

void expect_tensor_error(const std::string& tensor, ErrorCode code, const std::string& text) {
  RawGguf file;
  file.tensors = {tensor};
  expect_error(file.bytes(), code, text);
}

std::string raw_array(uint32_t element, uint64_t count, const std::string& values) {
  return raw(element) + raw(count) + values;
}

TEST(Gguf, ReadsMetadataOfEveryType) {
  RawGguf file;
  file.entries = {
      raw_entry("u8", kU8, raw(uint8_t{200})),
      raw_entry("i8", 1, raw(int8_t{-5})),
      raw_entry("u16", 2, raw(uint16_t{60000})),
      raw_entry("i16", 3, raw(int16_t{-300})),
      raw_entry("u32", kU32, raw(uint32_t{4000000000})),
      raw_entry("i32", kI32, raw(int32_t{-7})),
      raw_entry("f32", kF32, raw(0.5f)),
      raw_entry("bool", kBool, raw(uint8_t{1})),
      raw_entry("string", kString, raw_string(std::string_view("capy\0bara", 9))),
      raw_entry("u64", kU64, raw(uint64_t{1} << 63)),
      raw_entry("i64", 11, raw(int64_t{-1} << 40)),
      raw_entry("f64", kF64, raw(0.1)),
      raw_entry("strings", kArray, raw_array(kString, 2, raw_string("a") + raw_string(""))),
      raw_entry("ints", kArray, raw_array(kI32, 3, raw(1) + raw(-2) + raw(3))),
      raw_entry("bools", kArray, raw_array(kBool, 2, std::string("\1\0", 2))),
      raw_entry("floats", kArray, raw_array(kF32, 1, raw(2.5f))),
      raw_entry("empty", kArray, raw_array(kString, 0, "")),
  };
  const std::string bytes = file.bytes();
  const auto parsed = parse(bytes);
  ASSERT_TRUE(parsed.ok()) << parsed.error().message;
  const GgufMetadata& m = parsed.value().metadata;
  EXPECT_EQ(m.keys().size(), 17u);
  EXPECT_EQ(m.keys()[5], "i32");
  EXPECT_EQ(m.as_int("u8"), 200);
  EXPECT_EQ(m.as_int("i8"), -5);
  EXPECT_EQ(m.as_int("u16"), 60000);
  EXPECT_EQ(m.as_int("i16"), -300);
  EXPECT_EQ(m.as_int("u32"), 4000000000);
  EXPECT_EQ(m.as_int("i32"), -7);
  EXPECT_EQ(m.as_int("bool"), 1);
  EXPECT_EQ(m.as_int("i64"), -(int64_t{1} << 40));
  EXPECT_EQ(m.as_int("u64"), std::nullopt);  // does not fit
  EXPECT_EQ(m.as_double("u64"), 0x1p63);
  EXPECT_EQ(m.as_double("f32"), 0.5);
  EXPECT_EQ(m.as_double("f64"), 0.1);
  EXPECT_EQ(m.as_double("i32"), -7.0);
  EXPECT_EQ(m.as_bool("bool"), true);
  EXPECT_EQ(m.as_string("string"), std::string_view("capy\0bara", 9));
  EXPECT_THAT(*m.string_array("strings"), ElementsAre("a", ""));
  EXPECT_THAT(*m.int_array("ints"), ElementsAre(1, -2, 3));
  EXPECT_THAT(*m.int_array("bools"), ElementsAre(1, 0));
  EXPECT_THAT(*m.float_array("floats"), ElementsAre(2.5f));
  EXPECT_TRUE(m.string_array("empty")->empty());

  // Missing keys and other types give nothing: among them tokenizer arrays with the wrong element type.
  EXPECT_EQ(m.as_int("missing"), std::nullopt);
  EXPECT_EQ(m.as_int("f32"), std::nullopt);
  EXPECT_EQ(m.as_int("string"), std::nullopt);
  EXPECT_EQ(m.as_int("ints"), std::nullopt);
  EXPECT_EQ(m.as_double("bool"), std::nullopt);
  EXPECT_EQ(m.as_double("floats"), std::nullopt);
  EXPECT_EQ(m.as_bool("u8"), std::nullopt);
  EXPECT_EQ(m.as_string("strings"), std::nullopt);
  EXPECT_EQ(m.string_array("ints"), std::nullopt);
  EXPECT_EQ(m.string_array("string"), std::nullopt);
  EXPECT_EQ(m.int_array("floats"), std::nullopt);
  EXPECT_EQ(m.int_array("strings"), std::nullopt);
  EXPECT_EQ(m.float_array("ints"), std::nullopt);
}

TEST(Gguf, ReadsTensorsWithShapesReversed) {
  RawGguf file;
  file.entries = {raw_entry("general.alignment", kU32, raw(uint32_t{64}))};
  file.tensors = {raw_tensor("a", {3, 2}, kTensorF32, 0), raw_tensor("b", {32}, kTensorQ8, 64)};
  file.alignment = 64;
  file.data = std::string(64 + 34, '\2');
  for (const uint32_t version : {2u, 3u}) {
    file.version = version;
    const std::string bytes = file.bytes();
    const auto parsed = parse(bytes);
    ASSERT_TRUE(parsed.ok()) << parsed.error().message;
    const auto& tensors = parsed.value().tensors;
    ASSERT_EQ(tensors.size(), 2u);
    EXPECT_THAT(tensors[0].shape, ElementsAre(2, 3));
    EXPECT_EQ(tensors[0].bytes.size(), 24u);
    EXPECT_EQ(tensors[1].type, DType::kQ8_0);
    EXPECT_EQ(tensors[1].bytes.size(), 34u);
    EXPECT_EQ(tensors[1].bytes.data() - tensors[0].bytes.data(), 64);
  }
}

TEST(GgufHostile, OtherFiles) {
  expect_error("", ErrorCode::kCorrupt, "ends inside its first four bytes");
  expect_error("abcdefgh", ErrorCode::kInvalid, "is not a GGUF file");
  expect_error("version https://git-lfs.github.com/spec/v1\n", ErrorCode::kInvalid, "git lfs pull");
  expect_error("<!DOCTYPE html>", ErrorCode::kInvalid, "a web page");
  RawGguf file;
  file.version = 1;
  expect_error(file.bytes(), ErrorCode::kUnsupported, "version 1");
  file.version = 4;
  expect_error(file.bytes(), ErrorCode::kUnsupported, "version 4");
  file.version = 0x03000000;
  expect_error(file.bytes(), ErrorCode::kUnsupported, "big-endian");
}

TEST(GgufHostile, CountsBeyondTheFileAreRefusedBeforeAnythingIsAllocated) {
  for (const int64_t count : {int64_t{1} << 20, int64_t{1} << 40, INT64_MAX}) {
    RawGguf file;
    file.tensor_count = count;
    expect_error(file.bytes(), ErrorCode::kCorrupt, "tensors, more than its");
    file.tensor_count = 0;
    file.entry_count = count;
    expect_error(file.bytes(), ErrorCode::kCorrupt, "metadata entries, more than its");
  }
  RawGguf file;
  std::string all_ones = file.bytes();
  std::memset(all_ones.data() + 8, 0xff, 16);  // both counts 2^64 - 1
  expect_error(all_ones, ErrorCode::kCorrupt, "more than its");
  file.tensor_count = 100'001;
  file.data = std::string(5'000'000, '\0');
  expect_error(file.bytes(), ErrorCode::kLimit, "at most 100000");
}

TEST(GgufHostile, Strings) {
  for (const uint64_t length : {uint64_t{200}, uint64_t{1} << 31, uint64_t{1} << 63, UINT64_MAX, UINT64_MAX - 7}) {
    expect_entry_error(raw(length) + "key", ErrorCode::kCorrupt, "ends inside a metadata key");
    expect_entry_error(raw_entry("key", kString, raw(length) + "value"), ErrorCode::kCorrupt,
                       "ends inside metadata \"key\"");
    expect_entry_error(raw_entry("key", kArray, raw_array(kString, 1, raw(length))), ErrorCode::kCorrupt,
                       "ends inside metadata \"key\"");
    expect_tensor_error(raw(length) + "name", ErrorCode::kCorrupt, "ends inside a tensor's name");
  }
  // Names are shown escaped and cut.
  expect_entry_error(raw_entry("\x1b[31m\xff", 13, raw(uint64_t{0})), ErrorCode::kCorrupt, "\\u001b[31m");
  RawGguf file;
  const std::string long_key(70'000, 'k');
  file.entries = {raw_entry(long_key, kU8, "\1")};
  expect_error(file.bytes(), ErrorCode::kLimit, "at most 65535");
}

TEST(GgufHostile, Arrays) {
  for (const uint64_t count : {uint64_t{1000}, uint64_t{1} << 32, uint64_t{1} << 62, UINT64_MAX}) {
    for (const uint32_t element : {kU8, kI32, kString, kU64}) {
      expect_entry_error(raw_entry("key", kArray, raw_array(element, count, "")), ErrorCode::kCorrupt,
                         "ends inside metadata \"key\"");
    }
  }
  expect_entry_error(raw_entry("key", kArray, raw_array(kArray, 1, raw_array(kU8, 1, "\1"))), ErrorCode::kUnsupported,
                     "array of arrays");
  expect_entry_error(raw_entry("key", kArray, raw_array(13, 1, "\1")), ErrorCode::kCorrupt, "unknown type 13");
  expect_entry_error(raw_entry("key", UINT32_MAX, "\1"), ErrorCode::kCorrupt, "unknown type 4294967295");

  RawGguf file;
  file.entries = {raw_entry("key", kArray, raw_array(kU8, 101, std::string(101, '\0')))};
  CheckpointLimits limits;
  limits.array_elements_max = 100;
  const std::string bytes = file.bytes();
  EXPECT_EQ(parse_gguf(bytes_of(bytes), "x", limits).error().code, ErrorCode::kLimit);
  limits.array_elements_max = 101;
  limits.header_bytes_max = 100;
  EXPECT_EQ(parse_gguf(bytes_of(bytes), "x", limits).error().code, ErrorCode::kLimit);
}

TEST(GgufHostile, DuplicateNames) {
  RawGguf file;
  file.entries = {raw_entry("key", kU8, "\1"), raw_entry("key", kU8, "\2")};
  expect_error(file.bytes(), ErrorCode::kCorrupt, "metadata key \"key\" twice");
  file.entries.clear();
  file.tensors = {raw_tensor("t", {4}, kTensorF32, 0), raw_tensor("t", {4}, kTensorF32, 32)};
  expect_error(file.bytes(), ErrorCode::kCorrupt, "two tensors are named \"t\"");
}

TEST(GgufHostile, Alignment) {
  for (const uint64_t alignment : {uint64_t{0}, uint64_t{3}, uint64_t{1} << 63, UINT64_MAX, uint64_t{1} << 31}) {
    expect_entry_error(raw_entry("general.alignment", kU64, raw(alignment)), ErrorCode::kCorrupt, "general.alignment");
  }
  expect_entry_error(raw_entry("general.alignment", kI32, raw(-32)), ErrorCode::kCorrupt, "general.alignment");
  expect_entry_error(raw_entry("general.alignment", kString, raw_string("32")), ErrorCode::kCorrupt,
                     "general.alignment");
  // A large one leaves no room for data, which matters only when there are tensors.
  RawGguf file;
  file.entries = {raw_entry("general.alignment", kU32, raw(uint32_t{1} << 30))};
  const std::string bytes = file.bytes();
  EXPECT_TRUE(parse(bytes).ok());
  file.tensors = {raw_tensor("t", {1}, kTensorF32, 0)};
  expect_error(file.bytes(), ErrorCode::kCorrupt, "cut short");
}

TEST(GgufHostile, Shapes) {
  expect_tensor_error(raw_tensor("t", {}, kTensorF32, 0), ErrorCode::kCorrupt, "0 dimensions");
  expect_tensor_error(raw_tensor("t", std::vector<uint64_t>(9, 1), kTensorF32, 0), ErrorCode::kCorrupt, "9 dimensions");
  expect_tensor_error(raw_string("t") + raw(UINT32_MAX) + std::string(64, '\1'), ErrorCode::kCorrupt,
                      "4294967295 dimensions");
  const uint64_t large = (uint64_t{1} << 42) + 1;
  for (const std::vector<uint64_t>& extents : {std::vector<uint64_t>{0},
                                               {4, 0},
                                               {large, large},
                                               {large, 64},
                                               {uint64_t{1} << 63},
                                               {UINT64_MAX},
                                               {UINT64_MAX, UINT64_MAX},
                                               {uint64_t{1} << 32, uint64_t{1} << 32},
                                               {uint64_t{1} << 48},
                                               {uint64_t{1} << 62, 4, 1, 1}}) {
    expect_tensor_error(raw_tensor("t", extents, kTensorF32, 0), ErrorCode::kCorrupt, "impossible shape");
  }
  expect_tensor_error(raw_tensor("t", {large}, kTensorF32, 0), ErrorCode::kCorrupt, "cut short");
  expect_tensor_error(raw_tensor("t", {33}, kTensorQ8, 0), ErrorCode::kCorrupt, "not a multiple of 32");
  expect_tensor_error(raw_tensor("t", {16, 2}, kTensorQ8, 0), ErrorCode::kCorrupt, "not a multiple of 32");
  expect_tensor_error(raw_tensor("t", {32}, 16, 0), ErrorCode::kUnsupported, "IQ2_XXS (16)");
  expect_tensor_error(raw_tensor("t", {32}, 4, 0), ErrorCode::kUnsupported, "unknown (4)");
  expect_tensor_error(raw_tensor("", {32}, kTensorF32, 0), ErrorCode::kCorrupt, "without a name");
}

TEST(GgufHostile, Offsets) {
  for (const uint64_t offset : {uint64_t{64}, uint64_t{96}, uint64_t{1} << 40, UINT64_MAX - 31}) {
    expect_tensor_error(raw_tensor("t", {4}, kTensorF32, offset), ErrorCode::kCorrupt, "cut short");
  }
  expect_tensor_error(raw_tensor("t", {4}, kTensorF32, 8), ErrorCode::kCorrupt, "not a multiple of 32");
  expect_tensor_error(raw_tensor("t", {4}, kTensorF32, UINT64_MAX), ErrorCode::kCorrupt, "not a multiple of 32");
  RawGguf file;
  file.tensors = {raw_tensor("late", {4}, kTensorF32, 32), raw_tensor("early", {16}, kTensorF32, 0)};
  expect_error(file.bytes(), ErrorCode::kCorrupt, "\"early\" and \"late\" overlap");
  file.tensors = {raw_tensor("a", {4}, kTensorF32, 32), raw_tensor("b", {4}, kTensorF32, 32)};
  expect_error(file.bytes(), ErrorCode::kCorrupt, "overlap");
}

TEST(GgufHostile, TruncatedAtEveryByte) {
  RawGguf file;
  file.entries = {raw_entry("name", kString, raw_string("x")),
                  raw_entry("list", kArray, raw_array(kString, 1, raw_string("y")))};
  file.tensors = {raw_tensor("t", {16}, kTensorF32, 0)};
  const std::string whole = file.bytes();
  ASSERT_TRUE(parse(whole).ok());
  for (size_t size = 0; size < whole.size(); ++size) {
    const std::string part = whole.substr(0, size);
    const auto parsed = parse(part);
    ASSERT_FALSE(parsed.ok()) << size;
    EXPECT_EQ(parsed.error().code, ErrorCode::kCorrupt) << parsed.error().message;
  }
}

}  // namespace
}  // namespace capy
