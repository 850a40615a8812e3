// SPDX-License-Identifier: Apache-2.0
// Writes unicode_tables.h: what src/text/unicode.h needs to know of every code point. Runs on the build machine, asks
// utf8proc, and is the only part of capy that does: the result is plain C++ and compiles for every target.
//
//   make_unicode_tables OUT
//
// Per-code-point bytes are stored as two-level tables: block number of (code point >> 8), then the block's 256 bytes;
// equal blocks are stored once. What NFC needs is derived from utf8proc's behaviour, not from its private tables.
#include <utf8proc.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

constexpr int32_t kCodePoints = 0x110000;
constexpr int32_t kHangulFirst = 0xac00;
constexpr int32_t kHangulLast = 0xd7a3;

// The order is that of CharClass in src/text/unicode.h.
enum CharClass : uint8_t { kOther, kPunctuation, kLetter, kMark, kNumber, kSpace };
// Set where a text may fail to be NFC: the character changes, may join the one before it, or may have to move.
constexpr uint8_t kNfcUnsafe = 8;

// What a vocabulary's pieces are must not depend on which utf8proc the builder has, and should be what the reference
// says. Its regexes know Unicode 16 and its normaliser Unicode 9; so two lists bring utf8proc (2.8: Unicode 15) there.
struct Range {
  int32_t first;
  int32_t last;
  CharClass char_class;
};

// Characters that came with Unicode 15.1 and 16.
constexpr Range kNewCharacters[] = {
    {0x1c89, 0x1c8a, kLetter},        {0xa7cb, 0xa7cd, kLetter},        {0xa7da, 0xa7dc, kLetter},
    {0x105c0, 0x105f3, kLetter},      {0x10d4a, 0x10d65, kLetter},      {0x10d6f, 0x10d85, kLetter},
    {0x10ec2, 0x10ec4, kLetter},      {0x11380, 0x11389, kLetter},      {0x1138b, 0x1138b, kLetter},
    {0x1138e, 0x1138e, kLetter},      {0x11390, 0x113b5, kLetter},      {0x113b7, 0x113b7, kLetter},
    {0x113d1, 0x113d1, kLetter},      {0x113d3, 0x113d3, kLetter},      {0x11bc0, 0x11be0, kLetter},
    {0x13460, 0x143fa, kLetter},      {0x16100, 0x1611d, kLetter},      {0x16d40, 0x16d6c, kLetter},
    {0x18cff, 0x18cff, kLetter},      {0x1e5d0, 0x1e5ed, kLetter},      {0x1e5f0, 0x1e5f0, kLetter},
    {0x2ebf0, 0x2ee5d, kLetter},      {0x0897, 0x0897, kMark},          {0x10d69, 0x10d6d, kMark},
    {0x10efc, 0x10efc, kMark},        {0x113b8, 0x113c0, kMark},        {0x113c2, 0x113c2, kMark},
    {0x113c5, 0x113c5, kMark},        {0x113c7, 0x113ca, kMark},        {0x113cc, 0x113d0, kMark},
    {0x113d2, 0x113d2, kMark},        {0x113e1, 0x113e2, kMark},        {0x11f5a, 0x11f5a, kMark},
    {0x1611e, 0x1612f, kMark},        {0x1e5ee, 0x1e5ef, kMark},        {0x10d40, 0x10d49, kNumber},
    {0x116d0, 0x116e3, kNumber},      {0x11bf0, 0x11bf9, kNumber},      {0x16130, 0x16139, kNumber},
    {0x16d70, 0x16d79, kNumber},      {0x1ccf0, 0x1ccf9, kNumber},      {0x1e5f1, 0x1e5fa, kNumber},
    {0x1b4e, 0x1b4f, kPunctuation},   {0x1b7f, 0x1b7f, kPunctuation},   {0x10d6e, 0x10d6e, kPunctuation},
    {0x113d4, 0x113d5, kPunctuation}, {0x113d7, 0x113d8, kPunctuation}, {0x11be1, 0x11be1, kPunctuation},
    {0x16d6d, 0x16d6f, kPunctuation}, {0x1e5ff, 0x1e5ff, kPunctuation},
};

// Characters of Unicode 10 to 15 with a combining class or a decomposition. The reference leaves them where they are.
constexpr Range kNotNormalised[] = {
    {0x07fd, 0x07fd},   {0x0898, 0x089f},   {0x08ca, 0x08d3},   {0x09fe, 0x09fe},   {0x0c3c, 0x0c3c},
    {0x0d3b, 0x0d3c},   {0x0eba, 0x0eba},   {0x1715, 0x1715},   {0x1abf, 0x1ace},   {0x1df6, 0x1dfa},
    {0xa82c, 0xa82c},   {0x10d24, 0x10d27}, {0x10eab, 0x10eac}, {0x10efd, 0x10eff}, {0x10f46, 0x10f50},
    {0x10f82, 0x10f85}, {0x11070, 0x11070}, {0x1133b, 0x1133b}, {0x1145e, 0x1145e}, {0x11839, 0x1183a},
    {0x11938, 0x11938}, {0x1193d, 0x1193e}, {0x11943, 0x11943}, {0x119e0, 0x119e0}, {0x11a34, 0x11a34},
    {0x11a47, 0x11a47}, {0x11a99, 0x11a99}, {0x11d42, 0x11d42}, {0x11d44, 0x11d45}, {0x11d97, 0x11d97},
    {0x11f41, 0x11f42}, {0x16ff0, 0x16ff1}, {0x1e08f, 0x1e08f}, {0x1e130, 0x1e136}, {0x1e2ae, 0x1e2ae},
    {0x1e2ec, 0x1e2ef}, {0x1e4ec, 0x1e4ef},
};

const Range* find_range(std::span<const Range> ranges, int32_t c) {
  for (const Range& range : ranges) {
    if (c >= range.first && c <= range.last) return &range;
  }
  return nullptr;
}

bool is_normalised(int32_t c) { return !find_range(kNotNormalised, c) && !find_range(kNewCharacters, c); }

using CodePoints = std::vector<int32_t>;
using Composition = std::pair<std::pair<int32_t, int32_t>, int32_t>;  // (first, second), composed

bool is_surrogate(int32_t c) { return c >= 0xd800 && c < 0xe000; }

CharClass char_class(int32_t c) {
  // White_Space of the standard: the separators, and these controls, which have no category of their own.
  if ((c >= 0x09 && c <= 0x0d) || c == 0x85) return kSpace;
  if (const Range* range = find_range(kNewCharacters, c)) return range->char_class;
  switch (utf8proc_category(c)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO: return kLetter;
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ME: return kMark;
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO: return kNumber;
    case UTF8PROC_CATEGORY_PC:
    case UTF8PROC_CATEGORY_PD:
    case UTF8PROC_CATEGORY_PS:
    case UTF8PROC_CATEGORY_PE:
    case UTF8PROC_CATEGORY_PI:
    case UTF8PROC_CATEGORY_PF:
    case UTF8PROC_CATEGORY_PO: return kPunctuation;
    case UTF8PROC_CATEGORY_ZS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP: return kSpace;
    default: return kOther;
  }
}

uint8_t combining_class(int32_t c) { return static_cast<uint8_t>(utf8proc_get_property(c)->combining_class); }

// Runs utf8proc's own normaliser over a short sequence.
CodePoints normalise(const CodePoints& from, bool compose) {
  std::array<utf8proc_uint8_t, 128> text{};
  utf8proc_ssize_t bytes = 0;
  for (const int32_t c : from) bytes += utf8proc_encode_char(c, text.data() + bytes);
  const int form = UTF8PROC_STABLE | (compose ? UTF8PROC_COMPOSE : UTF8PROC_DECOMPOSE);
  std::array<utf8proc_int32_t, 64> out{};
  const auto option = static_cast<utf8proc_option_t>(form);
  utf8proc_ssize_t length = utf8proc_decompose(text.data(), bytes, out.data(), out.size(), option);
  if (length >= 0) length = utf8proc_normalize_utf32(out.data(), length, option);
  if (length < 0 || length > static_cast<utf8proc_ssize_t>(out.size())) {
    std::fprintf(stderr, "make_unicode_tables: utf8proc failed on U+%04X\n", static_cast<unsigned>(from[0]));
    std::exit(1);
  }
  return CodePoints(out.begin(), out.begin() + length);
}

struct Unicode {
  std::vector<uint8_t> bits = std::vector<uint8_t>(kCodePoints);       // class, and kNfcUnsafe
  std::vector<uint8_t> combining = std::vector<uint8_t>(kCodePoints);  // canonical combining class
  std::map<int32_t, CodePoints> decompositions;                        // full canonical ones; Hangul is arithmetic
  std::vector<Composition> compositions;
};

// If `composed` is what NFC makes of (the composition of all but the last) + last, then that is a primary composite.
void add_composition(Unicode& unicode, int32_t composed, const CodePoints& decomposed) {
  if (decomposed.size() < 2) return;
  const CodePoints first = normalise(CodePoints(decomposed.begin(), decomposed.end() - 1), true);
  const int32_t second = decomposed.back();
  if (first.size() != 1 || normalise({first[0], second}, true) != CodePoints{composed}) return;
  unicode.compositions.push_back({{first[0], second}, composed});
  unicode.bits[static_cast<size_t>(second)] |= kNfcUnsafe;
}

Unicode read_unicode() {
  Unicode unicode;
  for (int32_t c = 0; c < kCodePoints; ++c) {
    const auto i = static_cast<size_t>(c);
    if (is_surrogate(c)) continue;
    unicode.bits[i] |= char_class(c);
    if (!is_normalised(c)) continue;
    unicode.combining[i] = combining_class(c);
    if (unicode.combining[i] != 0 || normalise({c}, true) != CodePoints{c}) unicode.bits[i] |= kNfcUnsafe;
    const CodePoints decomposed = normalise({c}, false);
    if (decomposed == CodePoints{c} || (c >= kHangulFirst && c <= kHangulLast)) continue;
    unicode.decompositions[c] = decomposed;
    add_composition(unicode, c, decomposed);
  }
  // Hangul vowels and final consonants join the syllable before them.
  for (size_t c = 0x1161; c <= 0x1175; ++c) unicode.bits[c] |= kNfcUnsafe;
  for (size_t c = 0x11a8; c <= 0x11c2; ++c) unicode.bits[c] |= kNfcUnsafe;
  return unicode;
}

template <class Numbers>
void write_numbers(std::FILE* out, const char* type, const char* name, const Numbers& numbers) {
  std::fprintf(out, "inline constexpr %s %s[] = {", type, name);
  size_t column = 0;
  for (const auto number : numbers) {
    std::fprintf(out, "%s%lld,", column++ % 24 == 0 ? "\n" : "", static_cast<long long>(number));
  }
  std::fprintf(out, "};\n");
}

void write_two_levels(std::FILE* out, const char* name, const std::vector<uint8_t>& bytes) {
  std::map<std::string, size_t> seen;
  std::vector<size_t> index;
  std::vector<uint8_t> blocks;
  for (size_t begin = 0; begin < bytes.size(); begin += 256) {
    const std::string block(bytes.begin() + static_cast<long>(begin), bytes.begin() + static_cast<long>(begin) + 256);
    const auto [place, fresh] = seen.emplace(block, seen.size());
    if (fresh) blocks.insert(blocks.end(), block.begin(), block.end());
    index.push_back(place->second);
  }
  write_numbers(out, "uint16_t", (std::string(name) + "Index").c_str(), index);
  write_numbers(out, "uint8_t", (std::string(name) + "Blocks").c_str(), blocks);
}

void write_normalisation(std::FILE* out, Unicode& unicode) {
  std::vector<int32_t> from;
  std::vector<size_t> at = {0};
  std::vector<int32_t> to;
  for (const auto& [c, decomposed] : unicode.decompositions) {
    from.push_back(c);
    to.insert(to.end(), decomposed.begin(), decomposed.end());
    at.push_back(to.size());
  }
  write_numbers(out, "uint32_t", "kDecomposedFrom", from);
  write_numbers(out, "uint16_t", "kDecomposedAt", at);
  write_numbers(out, "uint32_t", "kDecomposedTo", to);

  std::map<std::pair<int32_t, int32_t>, int32_t> sorted(unicode.compositions.begin(), unicode.compositions.end());
  std::vector<int64_t> pairs;
  std::vector<int32_t> composed;
  for (const auto& [pair, c] : sorted) {
    pairs.push_back(static_cast<int64_t>(pair.first) << 32 | pair.second);
    composed.push_back(c);
  }
  write_numbers(out, "uint64_t", "kCompositionPairs", pairs);  // first << 32 | second, ascending
  write_numbers(out, "uint32_t", "kCompositions", composed);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: make_unicode_tables OUT\n");
    return 2;
  }
  Unicode unicode = read_unicode();
  std::FILE* out = std::fopen(argv[1], "w");
  if (out == nullptr) {
    std::perror(argv[1]);
    return 1;
  }
  std::fprintf(
      out, "// SPDX-License-Identifier: Apache-2.0\n// Generated by tools/make_unicode_tables.cpp.\n#pragma once\n");
  std::fprintf(out, "#include <cstdint>\nnamespace capy::unicode_tables {\n");
  std::fprintf(out, "inline constexpr const char* kUnicodeVersion = \"%s\";\n", utf8proc_unicode_version());
  write_two_levels(out, "kChar", unicode.bits);
  write_two_levels(out, "kCombining", unicode.combining);
  write_normalisation(out, unicode);
  std::fprintf(out, "}  // namespace capy::unicode_tables\n");
  if (std::fclose(out) != 0) {
    std::perror(argv[1]);
    return 1;
  }
  return 0;
}
