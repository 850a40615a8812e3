// SPDX-License-Identifier: Apache-2.0
#include "apps/step_record.h"

#include <gtest/gtest.h>

namespace capy {
namespace {

TEST(StepRecord, ComesBackFromItsLine) {
  StepRecord record{7, 2.5, 3.5, 0.25, 1e-3, 1024, 0.5, 2048, 0.4, HeldOutLoss{2.25, 1.125}, {{"Once", " upon\n\"a"}}};
  EXPECT_EQ(StepRecord::parse(record.json()), record);
  record.mtp_loss.reset();
  record.mfu.reset();
  record.held_out->bits_per_byte.reset();
  record.samples.clear();
  EXPECT_EQ(StepRecord::parse(record.json()), record);
}

TEST(StepRecord, ALineThatWasCutOffIsNone) {
  EXPECT_FALSE(StepRecord::parse("{\"step\":7,\"lo"));
  EXPECT_FALSE(StepRecord::parse("{\"loss\":7}"));
  EXPECT_FALSE(StepRecord::parse(""));
}

}  // namespace
}  // namespace capy
