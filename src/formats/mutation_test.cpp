// SPDX-License-Identifier: Apache-2.0
// Every byte of small valid files set to several wrong values, and the files cut at every length: parsing must end in a
// value or an error, and everything that a value gives out must be readable. Meaningful under the address sanitizer
// above all.
#include <gtest/gtest.h>

#include "codec/encode.h"
#include "formats/gguf.h"
#include "formats/safetensors.h"
#include "formats/test_files.h"

namespace capy {
namespace {

// Reads what was given out, to the last byte.
uint64_t read_all(std::span<const Tensor> tensors) {
  uint64_t sum = 0;
  for (const Tensor& tensor : tensors) {
    for (const std::byte b : tensor.bytes) sum += static_cast<uint64_t>(b);
    EXPECT_EQ(static_cast<int64_t>(tensor.bytes.size()), dtype_bytes(tensor.type, tensor.count()));
    EXPECT_GT(tensor.count(), 0);
    if (!can_decode(tensor.type) || tensor.count() > 100'000) continue;
    std::vector<float> values(static_cast<size_t>(tensor.count()));
    decode(tensor.type, tensor.bytes, tensor.count(), values.data());
  }
  return sum;
}

void read_all(const GgufMetadata& metadata) {
  for (const std::string_view key : metadata.keys()) {
    (void)metadata.as_int(key);
    (void)metadata.as_double(key);
    (void)metadata.as_bool(key);
    (void)metadata.as_string(key);
    (void)metadata.string_array(key);
    (void)metadata.int_array(key);
    (void)metadata.float_array(key);
  }
}

// Calls `open` with copies of exactly the file's size, so that a read behind the end is seen by the sanitizer.
template <class Open>
void for_mutations(const std::string& whole, Open&& open) {
  for (size_t size = 0; size <= whole.size(); ++size) open(whole.substr(0, size));
  for (size_t at = 0; at < whole.size(); ++at) {
    for (const uint8_t change : {0x01, 0x02, 0x80, 0xff, 0x40, 0x0c}) {
      std::string changed = whole;
      changed[at] = static_cast<char>(static_cast<uint8_t>(changed[at]) ^ change);
      open(changed);
    }
    for (const char value : {'\0', '\xff', '\x7f', '"', '9'}) {
      std::string changed = whole;
      changed[at] = value;
      open(changed);
    }
  }
}

TEST(Mutations, Gguf) {
  RawGguf file;
  file.entries = {raw_entry("general.alignment", 4, raw(uint32_t{32})), raw_entry("f", 6, raw(1.0f)),
                  raw_entry("s", 8, raw_string("text")),
                  raw_entry("a", 9, raw(uint32_t{8}) + raw(uint64_t{2}) + raw_string("x") + raw_string("yz")),
                  raw_entry("n", 9, raw(uint32_t{5}) + raw(uint64_t{3}) + raw(1) + raw(2) + raw(3))};
  file.tensors = {raw_tensor("q", {32, 2}, 8, 0), raw_tensor("w", {2, 2, 2}, 0, 96), raw_tensor("h", {5}, 1, 128)};
  file.data = std::string(160, '\3');
  const std::string whole = file.bytes();
  ASSERT_TRUE(parse_gguf(bytes_of(whole), "x", {}).ok());
  int64_t opened = 0;
  for_mutations(whole, [&](const std::string& bytes) {
    const std::vector<std::byte> exact(bytes_of(bytes).begin(), bytes_of(bytes).end());
    const auto parsed = parse_gguf(exact, "x", {});
    EXPECT_TRUE(parsed.ok() || !parsed.error().message.empty());
    if (!parsed.ok()) return;
    ++opened;
    read_all(parsed.value().tensors);
    read_all(parsed.value().metadata);
  });
  EXPECT_GT(opened, 1000);  // changes in values and data are no errors
}

TEST(Mutations, Safetensors) {
  const std::string header =
      R"({"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]},)"
      R"("b":{"dtype":"BF16","shape":[3],"data_offsets":[16,22]},"c":{"dtype":"F8_E4M3","shape":[],"data_offsets":[22,23]}})";
  const std::string whole = raw_safetensors(header, 24);
  ASSERT_TRUE(parse_safetensors(bytes_of(whole), "x", {}).ok());
  int64_t opened = 0;
  for_mutations(whole, [&](const std::string& bytes) {
    const std::vector<std::byte> exact(bytes_of(bytes).begin(), bytes_of(bytes).end());
    const auto parsed = parse_safetensors(exact, "x", {});
    EXPECT_TRUE(parsed.ok() || !parsed.error().message.empty());
    if (!parsed.ok()) return;
    ++opened;
    read_all(parsed.value().tensors);
  });
  EXPECT_GT(opened, 100);
}

}  // namespace
}  // namespace capy
