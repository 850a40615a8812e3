// SPDX-License-Identifier: Apache-2.0
#include "apps/terminal.h"

#include <gtest/gtest.h>

namespace capy {
namespace {

TEST(Harmless, KeepsTextAndTakesControls) {
  EXPECT_EQ(harmless("caf\xc3\xa9\tand\n\xe2\x82\xac"), "caf\xc3\xa9\tand\n\xe2\x82\xac");
  EXPECT_EQ(harmless("\x1b]0;title\x07"), "?]0;title?");
  EXPECT_EQ(harmless("\xc2\x9b"
                     "31m"),
            "?31m");
  EXPECT_EQ(harmless("\xc2"), "\xc2");
}

}  // namespace
}  // namespace capy
