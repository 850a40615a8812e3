// SPDX-License-Identifier: Apache-2.0
// Training data as a stream of samples. What stands at a position is a function of the data sets, the options and the
// position alone: any number of readers, in any order, after any interruption, gets the same bytes. The position is one
// number; every position costs the same, so that resuming is starting at a number.
//
// A data set (made by `capy data build`) is one long row of tokens, document behind document. Sample s of it is the
// tokens from s * T to (s + 1) * T: documents are packed without gaps and may be cut at a sample's border. What belongs
// together inside a sample is told (Sample::documents), so that documents need not see each other. Data sets built with
// `--pack T` hold no document of at most T tokens that is cut.
//
// Which sample: each pass over a data set (an epoch) visits every sample once, in an order of its own, which is a keyed
// permutation of the sample numbers. Several data sets are dealt out evenly: in every prefix of the stream each has its
// share, to within log2(sources) samples.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"

namespace capy {

// A data set and how much of it. Either all sources of a stream have a weight (the stream has no end: a source that is
// used up begins its next epoch), or all have epochs (the stream ends after them).
struct StreamSource {
  std::string directory;
  double weight = 0;  // share of the samples, relative to the other weights
  double epochs = 0;  // passes over the data set in the whole stream; 0.5 is half of its samples
};

struct StreamOptions {
  int64_t sample_tokens = 0;  // T
  uint64_t seed = 0;          // of the order
};

// Where a document begins in a sample. Only the first of a sample may begin in mid-document.
struct DocumentStart {
  int64_t at = 0;        // in Sample::tokens, below T
  int64_t position = 0;  // of that token inside its document: 0 unless the sample's border cuts it
  bool operator==(const DocumentStart&) const = default;
};

// T tokens to read, and the kLookahead tokens behind them that they (and the MTP head) are to predict.
struct Sample {
  static constexpr int64_t kLookahead = 2;
  static constexpr uint8_t kLoss = 1;   // the token counts where it is predicted: not the first of a document, no
                                        // padding, nothing that a user or a template has said
  static constexpr uint8_t kStart = 2;  // a document begins here

  std::vector<int32_t> tokens;           // [T + kLookahead]
  std::vector<uint8_t> marks;            // [T + kLookahead] kLoss | kStart
  std::vector<DocumentStart> documents;  // ascending; the first one at 0. Each ends where the next one begins, or at T

  int64_t source = 0;  // index into the stream's sources
  int64_t number = 0;  // of the sample in its data set
  int64_t epoch = 0;   // from 0

  // Whether tokens[i + ahead] is to be predicted at i: it counts, and lies in the same document.
  bool is_target(int64_t i, int64_t ahead = 1) const {
    for (int64_t k = 1; k <= ahead; ++k) {
      if ((marks[static_cast<size_t>(i + k)] & kStart) != 0) return false;
    }
    return (marks[static_cast<size_t>(i + ahead)] & kLoss) != 0;
  }
  bool operator==(const Sample&) const = default;
};

// Thread safety: constant once open; read() may be called from any number of threads at once.
class SampleStream {
 public:
  static constexpr int64_t kEndless = int64_t{1} << 60;
  static constexpr int64_t kSampleTokensMax = int64_t{1} << 24;
  static constexpr int64_t kSourcesMax = 4096;

  // kInvalid where the sources contradict each other (tokenizers, weights beside epochs), kCorrupt names a damaged
  // file. Takes milliseconds and next to no memory, however large the data sets are: indexes are mapped, not read.
  static Result<SampleStream> open(std::span<const StreamSource> sources, const StreamOptions& options);

  int64_t samples() const;                         // positions are 0 .. samples() - 1; kEndless with weights
  int64_t samples_of(int64_t source) const;        // in one epoch
  int64_t sample_tokens() const;                   // T
  int64_t vocabulary() const;                      // ids are below this
  uint64_t tokenizer_hash() const;                 // of the tokenizer.json that all sources were made with
  const std::string& tokenizer_directory() const;  // that holds it: the first source

  // The sample at a position, into `sample` (whose memory is used again). kInvalid beyond the end; kCorrupt or kIo name
  // the shard that cannot be read. About 0.1 ms for small T.
  Status read(int64_t position, Sample& sample) const;
  Result<Sample> at(int64_t position) const;

  SampleStream(SampleStream&&) noexcept;
  SampleStream& operator=(SampleStream&&) noexcept;
  ~SampleStream();

 private:
  struct Parts;
  explicit SampleStream(std::unique_ptr<const Parts> parts);
  std::unique_ptr<const Parts> parts_;
};

}  // namespace capy
