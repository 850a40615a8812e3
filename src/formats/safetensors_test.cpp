// SPDX-License-Identifier: Apache-2.0
#include "formats/safetensors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/concat.h"
#include "formats/test_files.h"

namespace capy {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Result<SafetensorsFile> parse(const std::string& bytes) {
  return parse_safetensors(bytes_of(bytes), "x.safetensors", {});
}

void expect_error(const std::string& bytes, ErrorCode code, const std::string& text) {
  const auto parsed = parse(bytes);
  ASSERT_FALSE(parsed.ok()) << "expected: " << text;
  EXPECT_EQ(parsed.error().code, code) << parsed.error().message;
  EXPECT_THAT(parsed.error().message, HasSubstr(text));
  EXPECT_THAT(parsed.error().message, HasSubstr("x.safetensors: "));
}

std::string entry(std::string_view type, std::string_view shape, std::string_view offsets) {
  return concat("{\"dtype\":\"", type, "\",\"shape\":", shape, ",\"data_offsets\":", offsets, "}");
}

// One tensor "t" over 64 bytes of data.
void expect_entry_error(const std::string& text, ErrorCode code, const std::string& message) {
  expect_error(raw_safetensors(concat("{\"t\":", text, "}"), 64), code, message);
}

TEST(Safetensors, ReadsTensorsOfEveryType) {
  std::string header = "{\"__metadata__\":{\"format\":\"pt\"}";
  int64_t offset = 0;
  for (const auto& [type, size] : {std::pair{"F32", 4},
                                   {"F16", 2},
                                   {"BF16", 2},
                                   {"F64", 8},
                                   {"F8_E4M3", 1},
                                   {"F8_E5M2", 1},
                                   {"I8", 1},
                                   {"U8", 1},
                                   {"I16", 2},
                                   {"I32", 4},
                                   {"I64", 8},
                                   {"BOOL", 1}}) {
    header += concat(",\"", type, "\":", entry(type, "[2,3]", concat("[", offset, ",", offset + 6 * size, "]")));
    offset += 6 * size;
  }
  const std::string bytes = raw_safetensors(header + "}   ", static_cast<size_t>(offset));
  const auto parsed = parse(bytes);
  ASSERT_TRUE(parsed.ok()) << parsed.error().message;
  ASSERT_EQ(parsed.value().tensors.size(), 12u);
  for (const Tensor& tensor : parsed.value().tensors) {
    EXPECT_EQ(tensor.name, dtype_info(tensor.type).name);
    EXPECT_THAT(tensor.shape, ElementsAre(2, 3));
  }
}

TEST(Safetensors, ScalarsAndEmptyTensors) {
  const std::string bytes = raw_safetensors(
      concat("{\"scalar\":", entry("F32", "[]", "[0,4]"), ",\"empty\":", entry("F32", "[0,5]", "[4,4]"), "}"), 4);
  const auto parsed = parse(bytes);
  ASSERT_TRUE(parsed.ok()) << parsed.error().message;
  ASSERT_EQ(parsed.value().tensors.size(), 1u);
  EXPECT_THAT(parsed.value().tensors[0].shape, ElementsAre(1));
}

TEST(SafetensorsHostile, HeaderLengths) {
  expect_error("", ErrorCode::kCorrupt, "only 0 bytes");
  expect_error("1234567", ErrorCode::kCorrupt, "only 7 bytes");
  for (const uint64_t length : {uint64_t{3}, uint64_t{1} << 31, uint64_t{1} << 62, UINT64_MAX, UINT64_MAX - 7}) {
    expect_error(raw(length) + "{}", ErrorCode::kCorrupt, "says that its header has");
  }
  constexpr uint64_t kTooLong = (uint64_t{32} << 20) + 1;
  expect_error(raw(kTooLong) + std::string(kTooLong, ' '), ErrorCode::kLimit, "at most 33554432");
  expect_error("version https://git-lfs.github.com/spec/v1\n", ErrorCode::kInvalid, "git lfs pull");
  expect_error("PK\x03\x04 and so on", ErrorCode::kInvalid, "PyTorch pickle");
}

TEST(SafetensorsHostile, HeadersThatAreNoTensorLists) {
  for (const char* header : {"", "nonsense", "{\"t\":", "{\"t\":1,}", "\xff\xfe{}", "{} x", "{\"a\":NaN}"}) {
    expect_error(raw_safetensors(header, 64), ErrorCode::kCorrupt, "header");
  }
  for (const char* header : {"[]", "1", "null", "\"t\""}) {
    expect_error(raw_safetensors(header, 64), ErrorCode::kCorrupt, "not a JSON object");
  }
  const std::string deep = std::string(100'000, '[');
  expect_error(raw_safetensors(concat("{\"t\":", deep), 0), ErrorCode::kCorrupt, "header");
  for (const char* tensor :
       {"1", "null", "[]", "{}", "{\"dtype\":\"F32\"}", "{\"dtype\":1,\"shape\":[1],\"data_offsets\":[0,4]}",
        "{\"dtype\":\"F32\",\"shape\":\"1\",\"data_offsets\":[0,4]}"}) {
    expect_entry_error(tensor, ErrorCode::kCorrupt, "lacks a name, dtype or shape");
  }
  expect_error(raw_safetensors(concat("{\"\":", entry("F32", "[1]", "[0,4]"), "}"), 4), ErrorCode::kCorrupt,
               "lacks a name");
  expect_entry_error(entry("U32", "[1]", "[0,4]"), ErrorCode::kUnsupported, "has the type \"U32\"");
}

TEST(SafetensorsHostile, Shapes) {
  for (const char* shape : {"[-1]", "[4398046511105,4398046511105]", "[9223372036854775807]", "[18446744073709551615]",
                            "[1.5]", "[null]", "[\"4\"]", "[281474976710656]", "[1e999]", "[4294967296,4294967296]"}) {
    SCOPED_TRACE(shape);
    const std::string bytes = raw_safetensors(concat("{\"t\":", entry("F32", shape, "[0,64]"), "}"), 64);
    const auto parsed = parse(bytes);
    ASSERT_FALSE(parsed.ok());
    EXPECT_EQ(parsed.error().code, ErrorCode::kCorrupt) << parsed.error().message;
  }
  expect_entry_error(entry("F32", "[1,1,1,1,1,1,1,1,16]", "[0,64]"), ErrorCode::kCorrupt, "9 dimensions");
  expect_entry_error(entry("F32", "[4398046511105]", "[0,64]"), ErrorCode::kCorrupt, "needs 17592186044420 bytes");
}

TEST(SafetensorsHostile, Offsets) {
  for (const char* offsets :
       {"[0,65]", "[-4,60]", "[64,0]", "[0]", "[]", "[0,64,64]", "{}", "null", "[0,18446744073709551615]",
        "[9223372036854775807,9223372036854775807]", "[1e300,1e300]", "[\"0\",\"64\"]"}) {
    SCOPED_TRACE(offsets);
    expect_entry_error(entry("F32", "[16]", offsets), ErrorCode::kCorrupt, "lies at bytes");
  }
  expect_entry_error(entry("F32", "[16]", "[0,60]"), ErrorCode::kCorrupt, "needs 64 bytes but has 60");
  expect_entry_error(entry("F32", "[15]", "[0,64]"), ErrorCode::kCorrupt, "needs 60 bytes but has 64");
  const std::string overlap =
      concat("{\"a\":", entry("F32", "[8]", "[0,32]"), ",\"b\":", entry("F32", "[8]", "[28,60]"), "}");
  expect_error(raw_safetensors(overlap, 64), ErrorCode::kCorrupt, "\"a\" and \"b\" overlap");
}

TEST(SafetensorsHostile, DuplicateNames) {
  const std::string twice =
      concat("{\"a\":", entry("F32", "[8]", "[0,32]"), ", \"a\" : ", entry("F32", "[8]", "[32,64]"), "}");
  expect_error(raw_safetensors(twice, 64), ErrorCode::kCorrupt, "same name");
  // Escapes and colons inside of names do not confuse the count.
  const std::string odd =
      concat("{\"a\\\":{\":", entry("F32", "[8]", "[0,32]"), ",\"\\\\\":", entry("F32", "[8]", "[32,64]"), "}");
  const std::string bytes = raw_safetensors(odd, 64);
  EXPECT_TRUE(parse(bytes).ok());
  const std::string same =
      concat("{\"a\":", entry("F32", "[8]", "[0,32]"), ",\"\\u0061\":", entry("F32", "[8]", "[32,64]"), "}");
  expect_error(raw_safetensors(same, 64), ErrorCode::kCorrupt, "same name");
}

TEST(SafetensorsHostile, TruncatedAtEveryByte) {
  const std::string whole = raw_safetensors(concat("{\"t\":", entry("F32", "[2,4]", "[0,32]"), "}"), 32);
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
