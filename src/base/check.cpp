// SPDX-License-Identifier: Apache-2.0
#include "base/check.h"

#include <cstdio>
#include <cstdlib>

namespace capy {

void check_failed(const char* expression, const char* file, int line) {
  std::fprintf(stderr, "capy: internal error: CHECK(%s) at %s:%d. This is a bug in capy; please report it.\n",
               expression, file, line);
  std::abort();
}

}  // namespace capy
