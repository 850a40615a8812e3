// SPDX-License-Identifier: Apache-2.0
// An engine on converted weights from a cache gives the bytes of one that has converted them itself.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "engine/engine.h"
#include "engine/golden.h"
#include "formats/packed_cache.h"
#include "model/model.h"

namespace capy {
namespace {

namespace fs = std::filesystem;

class Packed : public testing::Test {
 protected:
  Packed() : directory_(fs::temp_directory_path() / ("capy-packed-" + std::to_string(::getpid()))) {
    fs::remove_all(directory_);
  }
  ~Packed() override { fs::remove_all(directory_); }

  // Logits of a short text, and of which bytes the weights are in memory of the engine's own.
  struct Run {
    std::vector<float> logits;
    int64_t converted_bytes = 0;
    int64_t weight_bytes = 0;
  };
  Run run(const std::string& model, ComputeType type, bool cached) const {
    EngineOptions options;
    options.type = type;
    options.threads = 2;
    options.context_tokens = 256;
    if (cached) options.cache_directory = directory_.string();
    Result<std::unique_ptr<Engine>> opened = Engine::open(golden_path("models/" + model), std::move(options));
    EXPECT_TRUE(opened.ok()) << (opened.ok() ? "" : opened.error().message);
    if (!opened.ok()) return {};
    Engine& engine = *opened.value();
    Run run;
    run.converted_bytes = engine.model().sizes().converted_bytes;
    run.weight_bytes = engine.model().sizes().weight_bytes;
    const SequenceId id = engine.create_sequence().take();
    engine.set_logits(id, LogitsWanted::kAll, [&](int64_t, std::span<const float> row) {
      run.logits.insert(run.logits.end(), row.begin(), row.end());
    });
    const std::vector<int32_t> tokens = {5, 1, 7, 2, 9, 3, 11, 4};
    EXPECT_TRUE(engine.append(id, tokens).ok());
    for (Result<bool> more = true; more.ok() && more.value();) more = engine.step();
    return run;
  }

  fs::path directory_;
};

TEST_F(Packed, TheBytesOfLogitsDoNotDependOnTheCache) {
  for (const char* model : {"qwen35_grouped", "qwen35_nested", "llama3"}) {
    for (const ComputeType type : {ComputeType::kInt8, ComputeType::kInt4, ComputeType::kBF16, ComputeType::kF32}) {
      SCOPED_TRACE(std::string(model) + " " + compute_type_name(type));
      const Run truth = run(model, type, false);
      const Run first = run(model, type, true);
      const Run second = run(model, type, true);
      ASSERT_FALSE(truth.logits.empty());
      EXPECT_TRUE(first.logits == truth.logits);
      EXPECT_TRUE(second.logits == truth.logits);
      EXPECT_EQ(second.weight_bytes, truth.weight_bytes);
      EXPECT_EQ(second.converted_bytes, first.converted_bytes);
      if (type == ComputeType::kInt8) {
        EXPECT_LT(second.converted_bytes, truth.converted_bytes / 4);
      }
    }
  }
}

TEST_F(Packed, EachTypeHasAFileOfItsOwnAndIsMadeOnce) {
  run("llama3", ComputeType::kInt8, true);
  run("llama3", ComputeType::kInt4, true);
  const std::vector<std::string> files = list_packed_files(directory_.string());
  ASSERT_EQ(files.size(), 2U);
  const auto inodes = [&] {
    std::vector<ino_t> numbers;
    for (const std::string& path : files) {
      struct stat status = {};
      EXPECT_EQ(::stat(path.c_str(), &status), 0);
      numbers.push_back(status.st_ino);
    }
    return numbers;
  };
  std::vector<PackedFile> held;  // so that their inodes are not given to others
  for (const std::string& path : files) held.push_back(PackedFile::open(path).take());
  const std::vector<ino_t> before = inodes();
  run("llama3", ComputeType::kInt8, true);
  run("llama3", ComputeType::kInt4, true);
  EXPECT_EQ(list_packed_files(directory_.string()), files);
  EXPECT_EQ(inodes(), before);
}

// A matrix that the file lacks or that is of other sizes is converted: nothing is believed by its name alone.
TEST_F(Packed, AFileWithoutTheMatricesIsNotInTheWay) {
  const Run truth = run("llama3", ComputeType::kInt8, false);
  run("llama3", ComputeType::kInt8, true);
  const std::string path = list_packed_files(directory_.string()).at(0);
  const PackedKey key = PackedFile::open(path).take().directory().key;
  PackedWriter writer = PackedWriter::create(path, key).take();
  ASSERT_TRUE(writer.commit().ok());
  const Run lacking = run("llama3", ComputeType::kInt8, true);
  EXPECT_TRUE(lacking.logits == truth.logits);
  EXPECT_EQ(lacking.converted_bytes, truth.converted_bytes);
}

}  // namespace
}  // namespace capy
