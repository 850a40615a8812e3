// SPDX-License-Identifier: Apache-2.0
// The option structs of capy.h as what the engine takes. Inside the capi room.
#pragma once

#include <cstring>

#include "base/concat.h"
#include "base/result.h"
#include "capy.h"
#include "engine/engine.h"

namespace capy::capi {

// Fields are only ever added at the end of a struct. A program that was built with an older capy.h gives a smaller one,
// at least as large as in the first version: its missing fields are zero. A larger one has fields that we do not know.
template <class Struct>
Status check_size(const Struct& given, size_t first_version, const char* name) {
  if (given.size >= first_version && given.size <= sizeof(Struct)) return {};
  const bool newer = given.size > sizeof(Struct);
  return Error{newer ? ErrorCode::kUnsupported : ErrorCode::kInvalid,
               concat(name, ": size is ", given.size, "; this library knows sizes from ", first_version, " to ",
                      sizeof(Struct))};
}

// The caller's struct, completed; NULL is all zero.
template <class Struct>
Result<Struct> read_struct(const Struct* given, size_t first_version, const char* name) {
  Struct read{};
  if (given == nullptr) return read;
  TRY(check_size(*given, first_version, name));
  std::memcpy(&read, given, given->size);
  return read;
}

// Writes as much of `ours` as the caller's struct has room for; its size stays. The size must have been checked.
template <class Struct>
void write_struct(Struct* theirs, Struct ours) {
  ours.size = theirs->size;
  std::memcpy(theirs, &ours, theirs->size);
}

// 0 or 1.
Result<bool> read_flag(int32_t value, const char* name);

Result<EngineOptions> read_open_options(const capy_open_options* given);
Result<SamplingOptions> read_sampling_options(const capy_sampling_options* given, int64_t vocab);
// All of the request but its tokens and its callback; max_tokens is -1 for 0.
Result<Request> read_decode_options(const capy_decode_options* given, const Engine& engine);

}  // namespace capy::capi
