// SPDX-License-Identifier: Apache-2.0
// What capy eval says: tables for people, JSON for programs.
#pragma once

#include <string>

#include "evaluate/exact_match.h"
#include "evaluate/judged_items.h"
#include "evaluate/text_bits.h"

namespace capy {

struct EvalSubject {
  std::string model;
  std::string file;
};

std::string bits_text(const TextBits& bits);
std::string bits_json(const EvalSubject& subject, const TextBits& bits);
std::string judged_text(const JudgedItems& judged);
std::string judged_json(const EvalSubject& subject, const JudgedItems& judged);
std::string exact_text(const ExactMatch& match);
std::string exact_json(const EvalSubject& subject, const ExactMatch& match);
// A line of --answers.
std::string answer_json(const ExactItem& item, const std::string& answer, bool is_right);

}  // namespace capy
