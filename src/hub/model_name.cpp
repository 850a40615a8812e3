// SPDX-License-Identifier: Apache-2.0
#include "hub/model_name.h"

#include <algorithm>
#include <charconv>
#include <string>

namespace capy {
namespace {

constexpr size_t kPartBytesMax = 128;

// Not std::isalnum: that asks the locale.
bool is_letter_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

bool is_name_part(std::string_view part) {
  if (part.empty() || part.size() > kPartBytesMax || part[0] == '.' || part[0] == ' ' || part.back() == ' ')
    return false;
  return std::all_of(part.begin(), part.end(),
                     [](char c) { return is_letter_or_digit(c) || c == '.' || c == '_' || c == '-' || c == ' '; });
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

// Levenshtein distance, one row of the table at a time.
size_t edits(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

// Smaller is more alike; above the name's length means that nothing suggests it was meant.
size_t distance(std::string_view wanted, std::string_view name) {
  const std::string a = lower(wanted);
  const std::string b = lower(name);
  if (a.find(b) != std::string::npos || b.find(a) != std::string::npos) return 1;
  return edits(a, b);
}

}  // namespace

bool is_model_name(std::string_view name) {
  const size_t slash = name.find('/');
  if (slash == std::string_view::npos) return is_name_part(name);
  return is_name_part(name.substr(0, slash)) && is_name_part(name.substr(slash + 1));
}

SplitPart split_part(std::string_view file) {
  constexpr std::string_view kForm = "-00001-of-00003";
  SplitPart part{file.substr(0, file.rfind('.'))};
  if (part.stem.size() <= kForm.size()) return part;
  const std::string_view tail = part.stem.substr(part.stem.size() - kForm.size());
  int64_t number = 0;
  const auto [end, failed] = std::from_chars(tail.data() + 1, tail.data() + 6, number);
  if (tail[0] != '-' || failed != std::errc() || end != tail.data() + 6 || tail.substr(6, 4) != "-of-") return part;
  return {part.stem.substr(0, part.stem.size() - kForm.size()), number};
}

std::vector<std::string_view> similar_names(std::string_view wanted, std::span<const std::string_view> names,
                                            size_t count_max) {
  if (wanted.empty() || wanted.size() > kPartBytesMax) return {};
  std::vector<std::pair<size_t, std::string_view>> ranked;
  for (const std::string_view name : names) {
    const size_t far = distance(wanted, name);
    if (far <= std::max<size_t>(1, wanted.size() / 3)) ranked.emplace_back(far, name);
  }
  std::sort(ranked.begin(), ranked.end());
  ranked.erase(std::unique(ranked.begin(), ranked.end()), ranked.end());
  if (ranked.size() > count_max) ranked.resize(count_max);
  std::vector<std::string_view> out;
  out.reserve(ranked.size());
  for (const auto& entry : ranked) out.push_back(entry.second);
  return out;
}

}  // namespace capy
