// SPDX-License-Identifier: Apache-2.0
#include "base/thread_pool.h"

#include <gtest/gtest.h>

#include <numeric>
#include <vector>

namespace capy {
namespace {

TEST(ThreadPool, CoversEveryIndexOnce) {
  for (const int threads : {1, 2, 3, 8}) {
    ThreadPool pool(threads);
    for (const int64_t count : {0, 1, 2, 63, 64, 1000}) {
      for (const int64_t grain : {1, 3, 64}) {
        std::vector<int> visits(static_cast<size_t>(count), 0);
        pool.for_ranges(count, grain, [&](int64_t begin, int64_t end, int worker) {
          ASSERT_TRUE(worker >= 0 && worker < threads);
          for (int64_t i = begin; i < end; ++i) ++visits[static_cast<size_t>(i)];
        });
        for (const int visit : visits) ASSERT_EQ(visit, 1) << threads << " threads, " << count << " by " << grain;
      }
    }
  }
}

// Many short jobs in a row: a worker that comes late to one job must not take a tile of the next by the old one's
// sizes.
TEST(ThreadPool, LateWorkersDoNotMixJobs) {
  ThreadPool pool(4);
  for (int job = 0; job < 20000; ++job) {
    const int64_t count = 2 + job % 7;
    std::vector<int> visits(static_cast<size_t>(count), 0);
    pool.for_ranges(count, 1, [&](int64_t begin, int64_t, int) { ++visits[static_cast<size_t>(begin)]; });
    ASSERT_EQ(std::accumulate(visits.begin(), visits.end(), 0), count);
  }
}

TEST(ThreadPool, RunInsideATileRunsInline) {
  ThreadPool pool(3);
  std::vector<int64_t> sums(8, 0);
  pool.for_ranges(8, 1, [&](int64_t outer, int64_t, int) {
    pool.for_ranges(10, 1, [&](int64_t begin, int64_t, int) { sums[static_cast<size_t>(outer)] += begin; });
  });
  for (const int64_t sum : sums) EXPECT_EQ(sum, 45);
}

}  // namespace
}  // namespace capy
