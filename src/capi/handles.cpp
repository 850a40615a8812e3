// SPDX-License-Identifier: Apache-2.0
#include "capi/handles.h"

#include "base/concat.h"

namespace capy::capi {

capy_status status_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalid: return CAPY_ERROR_INVALID;
    case ErrorCode::kCorrupt: return CAPY_ERROR_CORRUPT;
    case ErrorCode::kNotFound: return CAPY_ERROR_NOT_FOUND;
    case ErrorCode::kUnsupported: return CAPY_ERROR_UNSUPPORTED;
    case ErrorCode::kLimit: return CAPY_ERROR_LIMIT;
    case ErrorCode::kIo: return CAPY_ERROR_IO;
    case ErrorCode::kCancelled: return CAPY_ERROR_INTERNAL;  // neither is a matter of the rooms below
    case ErrorCode::kUsage: return CAPY_ERROR_INTERNAL;
  }
  return CAPY_ERROR_INTERNAL;
}

void keep_message(std::string& place, std::string_view message) noexcept {
  try {
    place = message;
  } catch (...) {
    place.clear();
  }
}

Status check_array(const void* pointer, int64_t count, int64_t count_max, const char* name) {
  if (count < 0) return Error{ErrorCode::kInvalid, concat("the count of ", name, " is ", count)};
  if (count > count_max) {
    return Error{ErrorCode::kLimit,
                 concat("the count of ", name, " is ", count, "; at most ", count_max, " are allowed")};
  }
  if (count > 0) return check_given(pointer, name);
  return {};
}

}  // namespace capy::capi

void capy_sequence::adopt(capy::SequenceId sequence) {
  id = sequence;
  logits_position = -1;
  core->engine->set_logits(id, capy::LogitsWanted::kLast, [this](int64_t position, std::span<const float> row) {
    logits.assign(row.begin(), row.end());
    logits_position = position;
  });
}

capy_sequence::~capy_sequence() {
  if (id >= 0) core->engine->drop(id);
  --core->sequences;
}
