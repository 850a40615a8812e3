// SPDX-License-Identifier: Apache-2.0
// CHECK is for what only a programming mistake can cause: always on, ends the program and names the place.
// DCHECK is the same for hot loops: on in debug and sanitizer builds only.
#pragma once

namespace capy {
[[noreturn]] void check_failed(const char* expression, const char* file, int line);
}  // namespace capy

#define CHECK(condition) (static_cast<bool>(condition) ? (void)0 : ::capy::check_failed(#condition, __FILE__, __LINE__))

#ifdef NDEBUG
#define DCHECK(condition) ((void)0)
#else
#define DCHECK(condition) CHECK(condition)
#endif
