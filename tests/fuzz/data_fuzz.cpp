// SPDX-License-Identifier: Apache-2.0
// What a training run reads from disk. By its first byte an input is
//   'C'  a shard (also with its checksum set right, so that what stands behind it is reached): an error, or tokens that
//        can be read to the last one;
//   'M'  behind it a manifest: an error, or one that reads the same when it is written again;
//   'S'  behind it the state of a build;
//   else a line of JSON lines: an error, or a document whose tokens and loss mask fit together.
#include <xxhash.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "data/build_state.h"
#include "data/data_set.h"
#include "data/document.h"
#include "data/document_encoder.h"
#include "data/shard.h"
#include "text/bpe_trainer.h"
#include "text/trained_tokenizer.h"

namespace {

constexpr size_t kHeaderBytes = 48;
constexpr size_t kChecksumAt = 40;

void require(bool holds) {
  if (!holds) std::abort();
}

void try_shard(std::span<const std::byte> bytes) {
  const auto parsed = capy::Shard::parse(bytes, "fuzz");
  if (!parsed.ok()) return require(!parsed.error().message.empty());
  const capy::Shard& shard = parsed.value();
  constexpr int64_t kPart = 5000;
  for (const int64_t begin : {int64_t{0}, shard.tokens() / 2, std::max<int64_t>(0, shard.tokens() - kPart)}) {
    const int64_t end = std::min(shard.tokens(), begin + kPart);
    std::vector<int32_t> ids(static_cast<size_t>(end - begin));
    const capy::Status read = shard.read(begin, ids);
    if (read.ok()) {
      for (const int32_t id : ids) require(id >= 0);
    }
    require(shard.position(begin) >= 0);
    shard.for_each_start(begin, end, [&](int64_t token) { require(token >= begin && token < end); });
    shard.for_each_silence(begin, end,
                           [&](int64_t from, int64_t to) { require(begin <= from && from < to && to <= end); });
  }
}

// As encode_shard computes it: of the header with the tables' hash in place of its own.
void set_checksum(std::vector<std::byte>& file) {
  uint32_t documents = 0;
  uint32_t silences = 0;
  uint32_t frame_tokens = 0;
  uint64_t tokens = 0;
  std::memcpy(&frame_tokens, file.data() + 12, sizeof frame_tokens);
  std::memcpy(&tokens, file.data() + 16, sizeof tokens);
  std::memcpy(&documents, file.data() + 32, sizeof documents);
  std::memcpy(&silences, file.data() + 36, sizeof silences);
  if (frame_tokens == 0 || tokens > (uint64_t{1} << 40)) return;
  const uint64_t tables =
      (uint64_t{documents} * 4 + uint64_t{silences} * 8 + 7) / 8 * 8 + (tokens + frame_tokens - 1) / frame_tokens * 8;
  if (tables > file.size() - kHeaderBytes) return;
  uint64_t checksum = XXH3_64bits(file.data() + kHeaderBytes, tables);
  std::memcpy(file.data() + kChecksumAt, &checksum, sizeof checksum);
  checksum = XXH3_64bits(file.data(), kHeaderBytes);
  std::memcpy(file.data() + kChecksumAt, &checksum, sizeof checksum);
}

void try_manifest(std::string_view text) {
  const auto parsed = capy::Manifest::parse(text, "fuzz");
  if (!parsed.ok()) return require(!parsed.error().message.empty());
  const std::string written = parsed.value().json();
  const auto again = capy::Manifest::parse(written, "fuzz");
  require(again.ok() && again.value().json() == written);
}

void try_state(std::string_view text) {
  const auto parsed = capy::BuildState::parse(text, "fuzz");
  if (!parsed.ok()) return require(!parsed.error().message.empty());
  const std::string written = parsed.value().json();
  require(capy::BuildState::parse(written, "fuzz").value().json() == written);
}

const capy::Tokenizer& tokenizer() {
  static const capy::Tokenizer made = [] {
    const capy::TrainedBpe bytes = capy::train_bpe(capy::WordCounts(capy::PreTokenizer::kQwen35, true), {}).take();
    return capy::Tokenizer::from_json(
               capy::TrainedTokenizer(bytes, capy::chat_special_tokens(), capy::PreTokenizer::kQwen35).json())
        .take();
  }();
  return made;
}

const capy::DocumentEncoder& encoder() {
  static const capy::ChatTemplate chat_template =
      capy::ChatTemplate::parse(
          "{% for m in messages %}{{ '<|im_start|>' + m.role + '\n' + m.content + '<|im_end|>\n' }}{% endfor %}"
          "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}",
          "chatml")
          .take();
  static const capy::DocumentEncoder made =
      capy::DocumentEncoder::make(tokenizer(), &chat_template, capy::Learn::kAnswers).take();
  return made;
}

void try_line(std::string_view line) {
  const auto document = capy::parse_document(line, "fuzz");
  if (!document.ok()) return require(!document.error().message.empty());
  const auto encoded = encoder().encode(document.value(), "fuzz");
  if (!encoded.ok()) return require(!encoded.error().message.empty());
  for (const int32_t id : encoded.value().tokens) require(id >= 0 && id < tokenizer().token_count());
  int64_t before = -1;
  for (const capy::TokenRange& silence : encoded.value().silences) {
    require(silence.begin > before && silence.end > silence.begin);
    before = silence.end;
  }
  require(before <= static_cast<int64_t>(encoded.value().tokens.size()));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  if (input.starts_with('C')) {
    std::vector<std::byte> bytes(size);
    std::memcpy(bytes.data(), data, size);
    try_shard(bytes);
    if (size < kHeaderBytes) return 0;
    set_checksum(bytes);
    try_shard(bytes);
  } else if (input.starts_with('M')) {
    try_manifest(input.substr(1));
  } else if (input.starts_with('S')) {
    try_state(input.substr(1));
  } else {
    try_line(input);
  }
  return 0;
}
