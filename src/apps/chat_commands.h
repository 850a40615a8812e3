// SPDX-License-Identifier: Apache-2.0
// What a line that begins with a slash does in the chat.
#pragma once

#include <string>

#include "apps/chat_session.h"
#include "base/result.h"

namespace capy {

Result<ChatStep> obey(ChatSession& session, const std::string& line);

}  // namespace capy
