// SPDX-License-Identifier: Apache-2.0
#include "formats/writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "codec/encode.h"
#include "formats/checkpoint.h"
#include "formats/npy.h"
#include "formats/test_files.h"

namespace capy {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<std::byte> counting_bytes(int64_t count, int first) {
  std::vector<std::byte> bytes(static_cast<size_t>(count));
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(first + static_cast<int>(i));
  return bytes;
}

// Writes each tensor in two pieces; tensor i holds counting bytes from i.
void write_all(TensorStream& stream, const std::vector<TensorDescription>& tensors) {
  for (size_t i = 0; i < tensors.size(); ++i) {
    EXPECT_EQ(stream.current(), i);
    const auto bytes = counting_bytes(tensors[i].bytes(), static_cast<int>(i));
    const size_t half = bytes.size() / 2;
    ASSERT_TRUE(stream.write(std::span(bytes).first(half)).ok());
    ASSERT_TRUE(stream.write(std::span(bytes).subspan(half)).ok());
  }
  ASSERT_TRUE(stream.finish().ok());
}

void expect_tensors(const std::string& path, const std::vector<TensorDescription>& tensors) {
  const auto back = Checkpoint::open(path);
  ASSERT_TRUE(back.ok()) << back.error().message;
  ASSERT_EQ(back.value().tensors().size(), tensors.size());
  for (size_t i = 0; i < tensors.size(); ++i) {
    const Tensor& tensor = back.value().tensors()[i];
    EXPECT_EQ(tensor.name, tensors[i].name);
    EXPECT_EQ(tensor.type, tensors[i].type);
    EXPECT_EQ(tensor.shape, tensors[i].shape);
    const auto bytes = counting_bytes(tensors[i].bytes(), static_cast<int>(i));
    EXPECT_TRUE(std::equal(bytes.begin(), bytes.end(), tensor.bytes.begin(), tensor.bytes.end()));
  }
}

TEST(SafetensorsWriter, WhatIsWrittenIsReadBack) {
  const TestDirectory directory;
  const std::vector<TensorDescription> tensors = {{"a", DType::kF32, {3, 2}},
                                                  {"odd \"name\"\n", DType::kU8, {5}},
                                                  {"c", DType::kBF16, {2, 1, 2}},
                                                  {"d", DType::kF8E4M3, {1}}};
  auto stream = SafetensorsWriter::create(directory / "m.safetensors", tensors);
  ASSERT_TRUE(stream.ok());
  EXPECT_FALSE(fs::exists(directory / "m.safetensors"));  // only when it is whole
  write_all(stream.value(), tensors);
  expect_tensors(directory / "m.safetensors", tensors);
  const std::string text = contents(directory / "m.safetensors");
  EXPECT_EQ(static_cast<uint8_t>(text[0]) % 8, 0);  // the data is aligned
  EXPECT_THAT(text, HasSubstr("{\"__metadata__\": {\"format\": \"pt\"}"));
}

TEST(GgufWriter, WhatIsWrittenIsReadBack) {
  const TestDirectory directory;
  GgufMetadataWriter metadata;
  metadata.add_string("general.architecture", "capy");
  metadata.add_u32("u32", 7);
  metadata.add_i32("i32", -7);
  metadata.add_u64("u64", uint64_t{1} << 40);
  metadata.add_f32("f32", 0.25f);
  metadata.add_bool("yes", true);
  const std::string_view words[] = {"one", "", "three"};
  metadata.add_strings("words", words);
  const int32_t ints[] = {1, -2};
  metadata.add_i32s("ints", ints);
  const float floats[] = {1.5f};
  metadata.add_f32s("floats", floats);
  const bool bools[] = {true, false};
  metadata.add_bools("bools", bools);
  const std::vector<TensorDescription> tensors = {
      {"a", DType::kF32, {3, 2}}, {"b", DType::kQ8_0, {2, 32}}, {"c", DType::kQ4_K, {1, 256}}, {"d", DType::kF16, {7}}};
  auto stream = GgufWriter::create(directory / "m.gguf", metadata, tensors);
  ASSERT_TRUE(stream.ok()) << stream.error().message;
  write_all(stream.value(), tensors);
  expect_tensors(directory / "m.gguf", tensors);
  const auto back = Checkpoint::open(directory / "m.gguf");
  const GgufMetadata& m = back.value().metadata();
  EXPECT_EQ(m.as_string("general.architecture"), "capy");
  EXPECT_EQ(m.as_int("u32"), 7);
  EXPECT_EQ(m.as_int("i32"), -7);
  EXPECT_EQ(m.as_int("u64"), int64_t{1} << 40);
  EXPECT_EQ(m.as_double("f32"), 0.25);
  EXPECT_EQ(m.as_bool("yes"), true);
  EXPECT_THAT(*m.string_array("words"), ElementsAre("one", "", "three"));
  EXPECT_THAT(*m.int_array("ints"), ElementsAre(1, -2));
  EXPECT_THAT(*m.float_array("floats"), ElementsAre(1.5f));
  EXPECT_THAT(*m.int_array("bools"), ElementsAre(1, 0));
}

TEST(Writers, RefuseWhatTheFormatCannotHold) {
  const TestDirectory directory;
  const auto refused = [&](const std::vector<TensorDescription>& tensors, bool gguf) {
    const auto made =
        gguf ? GgufWriter::create(directory / "x", {}, tensors) : SafetensorsWriter::create(directory / "x", tensors);
    return !made.ok() && made.error().code == ErrorCode::kInvalid;
  };
  for (const bool gguf : {false, true}) {
    EXPECT_TRUE(refused({{"a", DType::kF32, {}}}, gguf));
    EXPECT_TRUE(refused({{"a", DType::kF32, {0}}}, gguf));
    EXPECT_TRUE(refused({{"a", DType::kF32, {-1, -1}}}, gguf));
    EXPECT_TRUE(refused({{"a", DType::kF32, {int64_t{1} << 40, int64_t{1} << 40}}}, gguf));
    EXPECT_TRUE(refused({{"", DType::kF32, {1}}}, gguf));
    EXPECT_TRUE(refused({{"a", DType::kF32, {1}}, {"a", DType::kF32, {1}}}, gguf));
  }
  EXPECT_TRUE(refused({{"a", DType::kQ8_0, {32}}}, false));
  EXPECT_TRUE(refused({{"a", DType::kQ8_0, {16}}}, true));
  EXPECT_TRUE(refused({{"a", DType::kF8E4M3, {16}}}, true));
  EXPECT_TRUE(fs::is_empty(directory.path()));
  const std::vector<TensorDescription> good = {{"a", DType::kF32, {1}}};
  EXPECT_EQ(SafetensorsWriter::create(directory / "no/such/place", good).error().code, ErrorCode::kIo);
}

TEST(Writers, LeaveNothingBehindWithoutFinish) {
  const TestDirectory directory;
  {
    const std::vector<TensorDescription> tensors = {{"a", DType::kF32, {100}}};
    auto stream = SafetensorsWriter::create(directory / "m.safetensors", tensors);
    ASSERT_TRUE(stream.value().write(counting_bytes(8, 0)).ok());
  }
  EXPECT_TRUE(fs::is_empty(directory.path()));
  ASSERT_TRUE(write_text(directory / "config.json", "{}\n").ok());
  EXPECT_EQ(contents(directory / "config.json"), "{}\n");
}

TEST(Npy, WhatIsWrittenIsReadBack) {
  const TestDirectory directory;
  auto writer = NpyWriter::create(directory / "x.npy", 3, 5);
  ASSERT_TRUE(writer.ok());
  std::vector<float> values(15);
  for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i) * 0.5f;
  ASSERT_TRUE(writer.value().write(std::span(values).first(7)).ok());
  EXPECT_FALSE(fs::exists(directory / "x.npy"));
  ASSERT_TRUE(writer.value().write(std::span(values).subspan(7)).ok());
  ASSERT_TRUE(writer.value().finish().ok());
  const auto back = read_npy(directory / "x.npy");
  ASSERT_TRUE(back.ok()) << back.error().message;
  EXPECT_THAT(back.value().shape, ElementsAre(3, 5));
  EXPECT_EQ(back.value().values, values);
  // The header as numpy 2.4.6 writes it.
  const std::string text = contents(directory / "x.npy");
  EXPECT_EQ(text.size(), 128u + 60u);
  EXPECT_EQ(text.substr(0, 10), std::string("\x93NUMPY\x01\x00v\x00", 10));
  EXPECT_THAT(text, HasSubstr("{'descr': '<f4', 'fortran_order': False, 'shape': (3, 5), }  "));
}

TEST(Npy, OtherFilesAreErrors) {
  const TestDirectory directory;
  const auto npy = [&](std::string header, size_t data_bytes) {
    header.resize(117, ' ');
    header += '\n';
    return directory.put("x.npy", std::string("\x93NUMPY\x01\x00v\x00", 10) + header + std::string(data_bytes, '\0'));
  };
  EXPECT_TRUE(read_npy(npy("{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }", 12)).ok());
  for (const char* header : {"{'descr': '<f8', 'fortran_order': False, 'shape': (3,), }",
                             "{'descr': '<f4', 'fortran_order': True, 'shape': (3,), }",
                             "{'descr': '<f4', 'fortran_order': False, 'shape': (), }",
                             "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1, 3), }",
                             "{'descr': '<f4', 'fortran_order': False, 'shape': (-3,), }",
                             "{'descr': '<f4', 'fortran_order': False, 'shape': (x", "",
                             "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }"}) {
    EXPECT_EQ(read_npy(npy(header, 12)).error().code, ErrorCode::kUnsupported) << header;
  }
  for (const char* header : {"{'descr': '<f4', 'fortran_order': False, 'shape': (4,), }",
                             "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }",
                             "{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904, 4), }"}) {
    EXPECT_EQ(read_npy(npy(header, 12)).error().code, ErrorCode::kCorrupt) << header;
  }
  const std::string whole = contents(npy("{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }", 12));
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(read_npy(directory.put("cut.npy", whole.substr(0, size))).ok()) << size;
  }
}

}  // namespace
}  // namespace capy
