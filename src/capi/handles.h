// SPDX-License-Identifier: Apache-2.0
// What stands behind capy.h's opaque handles, and the frame around every function of it: exceptions of the standard
// library (bad_alloc, mostly) become status codes here and go no further. Inside the capi room.
#pragma once

#include <cstdint>
#include <exception>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "capy.h"
#include "engine/engine.h"

namespace capy::capi {

// Shared by a model's handle and those of its sequences, so that they may be freed in any order.
struct Core {
  std::unique_ptr<Engine> engine;
  int64_t sequences = 0;  // handles
  bool busy = false;      // the engine works; whoever calls now is a callback
  bool broken = false;    // an exception left the engine in the middle of something
  // The one of the last capy_sample: making it anew for every token costs up to 40 bytes per vocabulary entry.
  SamplingOptions sampler_options;
  std::optional<Sampler> sampler;
};

struct BusyScope {
  explicit BusyScope(Core& core) : core_(core) { core_.busy = true; }
  ~BusyScope() { core_.busy = false; }
  BusyScope(const BusyScope&) = delete;
  BusyScope& operator=(const BusyScope&) = delete;

 private:
  Core& core_;
};

capy_status status_of(ErrorCode code);

// Remembers the message if there is memory for it.
void keep_message(std::string& place, std::string_view message) noexcept;

// For functions that leave sequences alone. `handle`: capy_model or capy_sequence. `body` returns a Status.
template <class Handle, class Body>
capy_status guarded(Handle* handle, Body&& body) noexcept {
  if (handle == nullptr) return CAPY_ERROR_INVALID;
  try {
    const Status done = body();
    if (done.ok()) return CAPY_OK;
    keep_message(handle->error, done.error().message);
    return status_of(done.error().code);
  } catch (const std::bad_alloc&) {
    keep_message(handle->error, "out of memory");
    return CAPY_ERROR_MEMORY;
  } catch (const std::exception& exception) {
    keep_message(handle->error, exception.what());
  } catch (...) {
    keep_message(handle->error, "an unknown exception");
  }
  return CAPY_ERROR_INTERNAL;
}

// For functions that use sequences. After an exception nobody knows what the engine has half done: it is not used
// again.
template <class Handle, class Body>
capy_status guarded_engine(Handle* handle, Body&& body) noexcept {
  if (handle == nullptr) return CAPY_ERROR_INVALID;
  Core& core = *handle->core;
  if (core.busy) {
    keep_message(handle->error, "not while a callback of this model runs");
    return CAPY_ERROR_BUSY;
  }
  if (core.broken) {
    keep_message(handle->error, "an earlier call ended in the middle of its work; open the model again");
    return CAPY_ERROR_INTERNAL;
  }
  return guarded(handle, [&]() -> Status {
    core.broken = true;
    const BusyScope scope(core);
    Status done = body();
    core.broken = false;
    return done;
  });
}

// An argument that must not be NULL.
inline Status check_given(const void* pointer, const char* name) {
  if (pointer != nullptr) return {};
  return Error{ErrorCode::kInvalid, std::string(name) + " is NULL"};
}

// An array of the caller: pointer and count belong together.
Status check_array(const void* pointer, int64_t count, int64_t count_max, const char* name);

}  // namespace capy::capi

struct capy_model {
  std::shared_ptr<capy::capi::Core> core;
  std::vector<int32_t> tokens;  // given out last
  std::string text;             // given out last
  std::string error;
};

struct capy_sequence {
  explicit capy_sequence(std::shared_ptr<capy::capi::Core> shared) : core(std::move(shared)) { ++core->sequences; }
  ~capy_sequence();
  capy_sequence(const capy_sequence&) = delete;
  capy_sequence& operator=(const capy_sequence&) = delete;

  // Takes over a sequence of the engine and wants its last logits.
  void adopt(capy::SequenceId sequence);

  std::shared_ptr<capy::capi::Core> core;
  capy::SequenceId id = -1;  // -1: lost
  std::vector<float> logits;
  int64_t logits_position = -1;  // the token that they follow; -1: none
  std::vector<int32_t> answer;   // of the last capy_decode
  std::string answer_text;
  std::string error;
};
