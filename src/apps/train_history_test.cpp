// SPDX-License-Identifier: Apache-2.0
#include "apps/train_history.h"

#include <gtest/gtest.h>

#include "apps/run_report.h"
#include "apps/train_view.h"

namespace capy {
namespace {

StepRecord record_at(int64_t step) {
  StepRecord record;
  record.step = step;
  record.loss = 4.0 / static_cast<double>(step);
  record.tokens = step * 100;
  record.seconds = 2;
  record.tokens_per_second = 50;
  return record;
}

TEST(TrainHistory, SmoothsWithoutABeginningFromZero) {
  TrainHistory history;
  history.add(record_at(1));
  EXPECT_NEAR(history.smoothed_loss(), 4, 1e-12);
  history.add(record_at(2));
  EXPECT_LT(history.smoothed_loss(), 4);
  EXPECT_GT(history.smoothed_loss(), 2);
  EXPECT_NEAR(history.mean_tokens_per_second(), 50, 1e-9);
}

TEST(TrainHistory, KnowsTheBestHeldOutLoss) {
  TrainHistory history;
  for (const auto& [step, loss] : {std::pair{1, 3.0}, {2, 2.0}, {3, 2.5}}) {
    StepRecord record = record_at(step);
    record.held_out = HeldOutLoss{loss, std::nullopt};
    history.add(record);
  }
  EXPECT_EQ(history.held_out()->step, 3);
  EXPECT_EQ(history.best_held_out()->step, 2);
}

TEST(TrainHistory, KeepsFewTextsAndAlwaysTheNewest) {
  TrainHistory history;
  for (int64_t step = 1; step <= 1000; ++step) {
    StepRecord record = record_at(step);
    record.samples = {{"a", "b"}};
    history.add(record);
    ASSERT_LE(history.samples().size(), TrainHistory::kSampleTimesMax + 1);
    ASSERT_EQ(history.samples().back().step, step);
  }
  EXPECT_GE(history.samples().size(), TrainHistory::kSampleTimesMax / 2);
  EXPECT_EQ(history.samples()[0].step, 1);
  const int64_t distance = history.samples()[1].step - history.samples()[0].step;
  for (size_t i = 1; i + 1 < history.samples().size(); ++i) {
    EXPECT_EQ(history.samples()[i].step - history.samples()[i - 1].step, distance);
  }
}

TEST(TrainView, TellsWhereTheRunIs) {
  TrainHistory history;
  StepRecord record = record_at(1250);
  record.loss = 3;
  record.mfu = 0.31;
  record.held_out = HeldOutLoss{3.25, 1.5};
  history.add(record);
  const auto lines = TrainView::lines({5000, 0, 100}, history, 3750, "writing samples");
  ASSERT_EQ(lines.size(), 4U);
  EXPECT_EQ(lines[0], "step 1,250 of 5,000  [#######.......................] 25 %  1:02:30 left");
  EXPECT_EQ(lines[1], "loss 3.000  smoothed 3.000  held out 3.250 (1.500 bits per byte)");
  EXPECT_EQ(lines[2], "50 tokens/s  MFU 31 %  125.0 K tokens  checkpoint in 50 steps (0:50)");
  EXPECT_EQ(lines[3], "writing samples");
}

TEST(RunReport, IsWholeAndShowsNothingAsMarkup) {
  TrainHistory history;
  StepRecord record = record_at(3);
  record.samples = {{"<img src=x>", "</div><script>alert(1)</script>"}};
  record.held_out = HeldOutLoss{1, 2};
  history.add(record);
  RunFacts facts;
  facts.title = "Training of <a>";
  facts.steps = 10;
  facts.settings = {{"model", "a & b"}};
  ReportedData data{"<b>", 1, {}};
  data.manifest.tokens = 10;
  data.manifest.sources = {{"<i>book</i>", 1, 10}};
  facts.data.push_back(data);
  const std::string html = run_report_html(facts, history);
  for (const char* bad : {"<img", "<script>alert", "<a>", "<i>book", "src=\"", "href=", "url("}) {
    EXPECT_EQ(html.find(bad), std::string::npos) << bad;
  }
  for (const char* good : {"&lt;img", "a &amp; b", "prefers-color-scheme: dark", "Held out, bits per byte", "30 %"}) {
    EXPECT_NE(html.find(good), std::string::npos) << good;
  }
}

TEST(RunReport, BeforeTheFirstStep) { EXPECT_NE(run_report_html({}, {}).find("</html>"), std::string::npos); }

}  // namespace
}  // namespace capy
