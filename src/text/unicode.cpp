// SPDX-License-Identifier: Apache-2.0
// NFC: decompose, put combining marks in order of their class, compose (UAX #15; the algorithm of section 3.11 of the
// Unicode standard). Most text is NFC already, so a text is copied up to the first character whose table bit says that
// something might have to be done; only that character, its kind and the starter before them are normalised.
#include "text/unicode.h"

#include <algorithm>
#include <iterator>
#include <span>
#include <vector>

namespace capy {
namespace {

using namespace unicode_tables;

// Hangul syllables are arithmetic (standard, section 3.12).
constexpr uint32_t kSyllable = 0xac00, kLead = 0x1100, kVowel = 0x1161, kTail = 0x11a7;
constexpr uint32_t kLeads = 19, kVowels = 21, kTails = 28, kSyllables = kLeads * kVowels * kTails;

bool is_nfc_unsafe(uint32_t code_point) {
  return (kCharBlocks[size_t{kCharIndex[code_point >> 8]} << 8 | (code_point & 255)] & 8) != 0;
}

uint8_t combining_class(uint32_t code_point) {
  return kCombiningBlocks[size_t{kCombiningIndex[code_point >> 8]} << 8 | (code_point & 255)];
}

struct CodePoint {
  uint32_t value = 0;
  uint8_t combining = 0;
  size_t place = 0;  // among the others, before they are put in order
};

void decompose_hangul(std::vector<CodePoint>& out, uint32_t syllable) {
  const uint32_t index = syllable - kSyllable;
  out.push_back({kLead + index / (kVowels * kTails), 0});
  out.push_back({kVowel + index / kTails % kVowels, 0});
  if (index % kTails != 0) out.push_back({kTail + index % kTails, 0});
}

void decompose(std::vector<CodePoint>& out, uint32_t code_point) {
  if (code_point - kSyllable < kSyllables) return decompose_hangul(out, code_point);
  const auto found = std::lower_bound(std::begin(kDecomposedFrom), std::end(kDecomposedFrom), code_point);
  if (found == std::end(kDecomposedFrom) || *found != code_point) {
    out.push_back({code_point, combining_class(code_point)});
    return;
  }
  const auto entry = found - std::begin(kDecomposedFrom);
  for (size_t i = kDecomposedAt[entry]; i < kDecomposedAt[entry + 1]; ++i) {
    out.push_back({kDecomposedTo[i], combining_class(kDecomposedTo[i])});
  }
}

// Within each run of marks, by class; equal classes keep their order.
void order_marks(std::vector<CodePoint>& chars) {
  for (auto begin = chars.begin(); begin != chars.end();) {
    if (begin->combining == 0) {
      ++begin;
      continue;
    }
    const auto end = std::find_if(begin, chars.end(), [](const CodePoint& c) { return c.combining == 0; });
    for (auto c = begin; c != end; ++c) c->place = static_cast<size_t>(c - begin);
    std::sort(begin, end, [](const CodePoint& a, const CodePoint& b) {
      return a.combining != b.combining ? a.combining < b.combining : a.place < b.place;
    });
    begin = end;
  }
}

// The primary composite of two characters, or 0.
uint32_t composition(uint32_t first, uint32_t second) {
  if (first - kLead < kLeads && second - kVowel < kVowels) {
    return kSyllable + ((first - kLead) * kVowels + (second - kVowel)) * kTails;
  }
  if (first - kSyllable < kSyllables && (first - kSyllable) % kTails == 0 && second - kTail - 1 < kTails - 1) {
    return first + (second - kTail);
  }
  const uint64_t pair = uint64_t{first} << 32 | second;
  const auto found = std::lower_bound(std::begin(kCompositionPairs), std::end(kCompositionPairs), pair);
  if (found == std::end(kCompositionPairs) || *found != pair) return 0;
  return kCompositions[found - std::begin(kCompositionPairs)];
}

// Joins each character to the last starter unless one of its own class, or a starter, stands between (is "blocked").
void compose(std::vector<CodePoint>& chars) {
  size_t kept = 0;
  size_t starter = SIZE_MAX;
  for (size_t i = 0; i < chars.size(); ++i) {
    const CodePoint c = chars[i];
    const bool adjacent = starter + 1 == kept;
    if (starter != SIZE_MAX &&
        (adjacent || (chars[kept - 1].combining != 0 && chars[kept - 1].combining < c.combining))) {
      if (const uint32_t joined = composition(chars[starter].value, c.value); joined != 0) {
        chars[starter].value = joined;
        continue;
      }
    }
    if (c.combining == 0) starter = kept;
    chars[kept++] = c;
  }
  chars.resize(kept);
}

struct Decoded {
  uint32_t value = 0;
  size_t bytes = 0;
  bool valid = false;
};

Decoded decode(std::string_view text) {
  const size_t bytes = utf8_sequence_bytes(text);
  if (bytes == 0) return {0, 1, false};
  return {utf8_code_point(text, bytes), bytes, true};
}

// How much of `text` belongs together: a character, and all after it that may join it or move towards it.
size_t cluster_bytes(std::string_view text) {
  size_t end = decode(text).bytes;
  while (end < text.size()) {
    const Decoded next = decode(text.substr(end));
    if (!next.valid || !is_nfc_unsafe(next.value)) break;
    end += next.bytes;
  }
  return end;
}

void normalise_cluster(std::string& out, std::string_view text, std::vector<CodePoint>& scratch) {
  scratch.clear();
  for (size_t at = 0; at < text.size();) {
    const Decoded c = decode(text.substr(at));
    if (c.valid) {
      decompose(scratch, c.value);
    } else {
      out += text[at];  // only ever first: an invalid byte ends a cluster
    }
    at += c.bytes;
  }
  order_marks(scratch);
  compose(scratch);
  for (const CodePoint& c : scratch) utf8_append(out, c.value);
}

}  // namespace

bool is_nfc_boundary(uint32_t code_point) { return !is_nfc_unsafe(code_point); }

size_t nfc_prefix_bytes(std::string_view text) {
  size_t cluster = 0;  // where the last character that may still change begins
  size_t at = 0;
  while (at < text.size()) {
    if (static_cast<unsigned char>(text[at]) < 0x80) {
      cluster = at++;
      continue;
    }
    const Decoded c = decode(text.substr(at));
    if (c.valid && is_nfc_unsafe(c.value)) return cluster;
    cluster = at;
    at += c.bytes;
  }
  return at;
}

void nfc_append(std::string& out, std::string_view text) {
  std::vector<CodePoint> scratch;
  while (true) {
    const size_t safe = nfc_prefix_bytes(text);
    out.append(text.substr(0, safe));
    text.remove_prefix(safe);
    if (text.empty()) return;
    const size_t bytes = cluster_bytes(text);
    normalise_cluster(out, text.substr(0, bytes), scratch);
    text.remove_prefix(bytes);
  }
}

}  // namespace capy
