// SPDX-License-Identifier: Apache-2.0
// How fast a tokenizer loads, encodes and decodes on one core: tokenizer_bench DIRECTORY TEXT [REPEAT]. DIRECTORY has a
// tokenizer.json. By the thread's own time, since other processes share the machine; the fastest of REPEAT runs.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/mapped_file.h"
#include "text/tokenizer.h"

namespace {

double fastest_seconds(int repeat, const std::function<void()>& work) {
  double best = 1e9;
  for (int i = 0; i < repeat; ++i) {
    const double start = capy::thread_seconds();
    work();
    best = std::min(best, capy::thread_seconds() - start);
  }
  return best;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: tokenizer_bench DIRECTORY TEXT [REPEAT]\n");
    return 2;
  }
  const int repeat = argc > 3 ? std::max(1, std::atoi(argv[3])) : 5;
  const auto tokenizer = capy::Tokenizer::open_directory(argv[1]);
  const auto text = capy::read_file(argv[2], int64_t{1} << 30);
  if (!tokenizer.ok() || !text.ok()) {
    std::fprintf(stderr, "%s\n", tokenizer.ok() ? text.error().message.c_str() : tokenizer.error().message.c_str());
    return 1;
  }
  const double load = fastest_seconds(repeat, [&] { (void)capy::Tokenizer::open_directory(argv[1]); });
  std::vector<int32_t> ids;
  const double encode = fastest_seconds(repeat, [&] {
    ids.clear();
    tokenizer.value().encode(text.value(), ids);
  });
  std::string back;
  const double decode = fastest_seconds(repeat, [&] { back = tokenizer.value().decode(ids); });
  const double megabytes = static_cast<double>(text.value().size()) * 1e-6;
  std::printf("load %.0f ms, %lld tokens\n", load * 1e3, static_cast<long long>(tokenizer.value().token_count()));
  std::printf("encode %.1f MB/s, %.2f bytes per token\n", megabytes / encode,
              static_cast<double>(text.value().size()) / static_cast<double>(std::max<size_t>(ids.size(), 1)));
  std::printf("decode %.1f MB/s, %s\n", megabytes / decode, back == text.value() ? "equal" : "not equal");
  return 0;
}
