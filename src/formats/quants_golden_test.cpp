// SPDX-License-Identifier: Apache-2.0
// Decoding of every GGUF type against the public gguf package (tests/golden/quants, made by
// tools/make_quant_goldens.py), bit for bit, with each decoder that this machine can run.
#include <gtest/gtest.h>

#include <cstring>

#include "base/concat.h"
#include "codec/decoders.h"
#include "codec/encode.h"
#include "formats/checkpoint.h"
#include "formats/npy.h"

namespace capy {
namespace {

const std::string kDirectory = CAPY_SOURCE_DIR "/tests/golden/quants/";

TEST(QuantsGolden, EveryTypeEqualsTheReferenceBitForBit) {
  const auto file = Checkpoint::open(kDirectory + "all_types.gguf");
  ASSERT_TRUE(file.ok()) << file.error().message;
  EXPECT_EQ(file.value().tensors().size(), 14u);
  for (const Tensor& tensor : file.value().tensors()) {
    SCOPED_TRACE(tensor.name);
    EXPECT_EQ(tensor.name, dtype_info(tensor.type).name);
    const auto expected = read_npy(concat(kDirectory, tensor.name, ".npy"));
    ASSERT_TRUE(expected.ok()) << expected.error().message;
    ASSERT_EQ(expected.value().shape, tensor.shape);
    ASSERT_TRUE(can_decode(tensor.type));
    std::vector<float> got(expected.value().values.size());
    decode(tensor.type, tensor.bytes, tensor.count(), got.data());
    EXPECT_EQ(std::memcmp(got.data(), expected.value().values.data(), got.size() * sizeof(float)), 0);

    std::vector<float> baseline(got.size());
    const int64_t blocks = tensor.count() / dtype_info(tensor.type).block;
    const auto* bytes = reinterpret_cast<const uint8_t*>(tensor.bytes.data());
    find_decoders(tensor.type).baseline(bytes, blocks, baseline.data());
    EXPECT_EQ(std::memcmp(got.data(), baseline.data(), got.size() * sizeof(float)), 0);
  }
}

}  // namespace
}  // namespace capy
