// SPDX-License-Identifier: Apache-2.0
#include "evaluate/eval_items.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace capy {
namespace {

using testing::HasSubstr;

TEST(EvalItems, PairsUnderBothNames) {
  const auto items = std::move(parse_pairs("{\"good\":\"a b\",\"bad\":\"b a\"}\n\n"
                                           "{\"sentence_good\":\"x\",\"sentence_bad\":\"y\",\"UID\":\"agreement\"}\r\n",
                                           "f"))
                         .take();
  ASSERT_EQ(items.size(), 2U);
  EXPECT_EQ(items[0].good, "a b");
  EXPECT_EQ(items[1].bad, "y");
  EXPECT_EQ(items[1].group, "agreement");
  EXPECT_EQ(items[1].where, "f, line 3");
}

TEST(EvalItems, ChoicesWithAnswersByNumberAndText) {
  const auto items = std::move(parse_choices("{\"question\":\"2+2?\",\"choices\":[\"3\",\"4\"],\"answer\":1}\n"
                                             "{\"prompt\":\"a \",\"choices\":[\"x\",\" y\"],\"answer\":\"x\"}",
                                             "f"))
                         .take();
  ASSERT_EQ(items.size(), 2U);
  EXPECT_EQ(items[0].prompt, "Question: 2+2?\nAnswer:");
  EXPECT_EQ(items[0].answer, 1U);
  EXPECT_EQ(items[0].continuation(1), " 4");
  EXPECT_EQ(items[1].answer, 0U);
  EXPECT_EQ(items[1].continuation(0), "x");  // there is a space already
}

TEST(EvalItems, ExactAnswersToPromptsAndMessages) {
  const auto items =
      std::move(parse_exact("{\"prompt\":\"1,2,\",\"answer\":[\"3\",\"three\"]}\n"
                            "{\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],\"answer\":\"hello\"}",
                            "f"))
          .take();
  ASSERT_EQ(items.size(), 2U);
  EXPECT_EQ(items[0].answers.size(), 2U);
  EXPECT_FALSE(items[0].messages().exists());
  EXPECT_EQ(items[1].messages()[0]["content"].as_string(), "hi");
}

TEST(EvalItems, WhatIsWrongIsToldWithItsLine) {
  const auto told = [](const auto& result) { return result.ok() ? std::string("nothing") : result.error().message; };
  EXPECT_THAT(told(parse_pairs("", "f")), HasSubstr("f: has no line"));
  EXPECT_THAT(told(parse_pairs("{\"good\":\"a\",\"bad\":\"b\"}\n{\"good\":\"a\"", "f")), HasSubstr("f, line 2"));
  EXPECT_THAT(told(parse_pairs("[1]", "f")), HasSubstr("line 1: must be a JSON object"));
  EXPECT_THAT(told(parse_pairs("{\"good\":1,\"bad\":\"b\"}", "f")), HasSubstr("\"good\" must be a text"));
  EXPECT_THAT(told(parse_pairs("{\"good\":\"a\"}", "f")), HasSubstr("there is no \"bad\""));
  EXPECT_THAT(told(parse_pairs("{\"good\":\"a\",\"bad\":\"a\"}", "f")), HasSubstr("the same text"));
  EXPECT_THAT(told(parse_pairs("{\"good\":\"a\",\"bad\":\"\"}", "f")), HasSubstr("empty"));
  EXPECT_THAT(told(parse_pairs("{\"good\":\"a\",\"bad\":\"b\"}\n{\"good\":\"a\",\"bad\":\"b\"}", "f", {1, 9})),
              HasSubstr("line 2: more than 1 lines"));
  for (const char* bad :
       {"\"choices\":[\"x\"],\"answer\":0", "\"choices\":[\"x\",\"y\"],\"answer\":2",
        "\"choices\":[\"x\",\"y\"],\"answer\":-1", "\"choices\":[\"x\",\"y\"],\"answer\":\"z\"",
        "\"choices\":[\"x\",\"y\"]", "\"choices\":[\"x\",2],\"answer\":0", "\"choices\":7,\"answer\":0",
        "\"choices\":{\"a\":\"x\",\"b\":\"y\"},\"answer\":0", "\"choices\":[\"x\",\"\"],\"answer\":0"}) {
    EXPECT_THAT(told(parse_choices(std::string("{\"prompt\":\"p\",") + bad + "}", "f")), HasSubstr("f, line 1: "))
        << bad;
  }
  for (const char* bad : {"{\"prompt\":\"p\"}", "{\"answer\":\"a\"}", "{\"prompt\":\"p\",\"answer\":[]}",
                          "{\"messages\":[],\"answer\":\"a\"}", "{\"messages\":[{}],\"prompt\":\"p\",\"answer\":\"a\"}",
                          "{\"prompt\":\"\",\"answer\":\"a\"}", "{\"prompt\":\"p\",\"answer\":{}}"}) {
    EXPECT_THAT(told(parse_exact(bad, "f")), HasSubstr("f, line 1: ")) << bad;
  }
}

}  // namespace
}  // namespace capy
