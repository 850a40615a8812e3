// SPDX-License-Identifier: Apache-2.0
#include "hub/registry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <optional>

#include "hub/model_name.h"

namespace capy {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Sets an environment variable and puts the old value back.
class Environment {
 public:
  Environment(const char* name, const std::optional<std::string>& value) : name_(name) {
    if (const char* old = ::getenv(name)) old_ = old;
    set(value);
  }
  ~Environment() { set(old_); }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

 private:
  void set(const std::optional<std::string>& value) {
    if (value) {
      ::setenv(name_, value->c_str(), 1);
    } else {
      ::unsetenv(name_);
    }
  }
  const char* name_;
  std::optional<std::string> old_;
};

class Registry : public ::testing::Test {
 protected:
  Registry() : home_(fs::temp_directory_path() / ("capy-hub-" + std::to_string(::getpid()))) {
    fs::remove_all(home_);
    fs::create_directories(home_ / "models");
    set_home_.emplace("CAPY_HOME", home_.string());
  }
  ~Registry() override { fs::remove_all(home_); }

  std::string put(const std::string& name, const std::string& content) {
    const fs::path path = home_ / "models" / name;
    fs::create_directories(path.parent_path());
    std::ofstream(path) << content;
    return path.string();
  }

  fs::path home_;
  std::optional<Environment> set_home_;
};

TEST_F(Registry, HomeFollowsTheXdgRules) {
  EXPECT_EQ(capy_home().value(), home_.string());
  const Environment none("CAPY_HOME", "");
  const Environment data("XDG_DATA_HOME", "/data");
  const Environment home("HOME", "/home/someone");
  EXPECT_EQ(capy_home().value(), "/data/capy");
  const Environment relative("XDG_DATA_HOME", "data");
  EXPECT_EQ(capy_home().value(), "/home/someone/.local/share/capy");
  const Environment homeless("HOME", std::nullopt);
  ASSERT_FALSE(capy_home().ok());
  EXPECT_THAT(capy_home().error().message, HasSubstr("CAPY_HOME"));
  EXPECT_FALSE(models_directory().ok());
  EXPECT_THAT(find_model("nothing").error().message, HasSubstr("CAPY_HOME"));
  EXPECT_TRUE(find_model("").ok()) << "what comes with capy needs no home";
}

TEST_F(Registry, ListsFilesSplitsAndDirectories) {
  put("small.gguf", "12345");
  put("big-00002-of-00002.gguf", "123");
  put("big-00001-of-00002.gguf", "1234");
  put("bare.safetensors", "1");
  put("Owner/Model-0.8B/config.json", "{}");
  put("Owner/Model-0.8B/model.safetensors", "1234567");
  put("tuned/config.json", "{}");
  put("notes.txt", "no model");
  put(".hidden.gguf", "x");
  put("half.gguf.part", "x");
  put("a name with spaces.gguf", "x");
  put(" spaces around .gguf", "x");
  auto models = list_models();
  std::erase_if(models, [](const LocalModel& model) { return model.path.starts_with(CAPY_SHIPPED_MODELS); });
  std::vector<std::string> lines;
  for (const LocalModel& model : models) {
    lines.push_back(model.name + " " + std::to_string(model.bytes) + " " +
                    std::to_string(static_cast<int>(model.kind)));
  }
  EXPECT_THAT(lines, ElementsAre("Owner/Model-0.8B 7 2", "a name with spaces 1 0", "bare 1 1", "big 7 0", "small 5 0",
                                 "tuned 0 2"));
  EXPECT_THAT(models[3].path, HasSubstr("big-00001-of-00002.gguf"));
}

TEST_F(Registry, FindsByPathThenByName) {
  const std::string file = put("small.gguf", "x");
  put("Owner/Model/config.json", "{}");
  EXPECT_EQ(find_model(file).value(), file);
  EXPECT_EQ(find_model("small").value(), file);
  EXPECT_EQ(find_model("small.gguf").value(), file);
  EXPECT_EQ(find_model("Owner/Model").value(), (home_ / "models/Owner/Model").string());
  EXPECT_EQ(find_model(home_.string()).value(), home_.string());
  const std::string spaced = put("a name with spaces.gguf", "x");
  EXPECT_EQ(find_model("a name with spaces").value(), spaced);
}

TEST_F(Registry, KnownModelsSayHowToGetThem) {
  const auto missing = find_model("smollm2");
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(missing.error().message, HasSubstr("SmolLM2-135M-Instruct"));
  EXPECT_THAT(missing.error().message, HasSubstr("./capy run -m smollm2"));
  const std::string file = put("smollm2.gguf", "x");
  EXPECT_EQ(find_model("smollm2").value(), file);
}

TEST_F(Registry, TheEmptyNameIsTheModelThatComesWithCapy) {
  const std::string shipped = std::string(CAPY_SHIPPED_MODELS) + "/cub";
  EXPECT_EQ(find_model("").value(), shipped);
  EXPECT_EQ(find_model("cub").value(), shipped);
  put("cub/config.json", "{}");
  EXPECT_EQ(find_model("").value(), (home_ / "models/cub").string()) << "one's own goes first";
}

TEST_F(Registry, MissingModelsSuggestSimilarOnes) {
  put("qwen-0.8b.gguf", "x");
  put("other.gguf", "x");
  EXPECT_THAT(find_model("Qwen-0.8").error().message, HasSubstr("did you mean qwen-0.8b"));
  EXPECT_THAT(find_model("smolm2").error().message, HasSubstr("did you mean smollm2"));
  EXPECT_THAT(find_model("zzzzzzzz").error().message, Not(HasSubstr("did you mean")));
  EXPECT_THAT(find_model("/no/such/file.gguf").error().message, HasSubstr("capy list"));
  EXPECT_EQ(find_model("/no/such/file.gguf").error().code, ErrorCode::kNotFound);
}

// Hostile names: none leads out of the models directory.
TEST_F(Registry, NamesCannotLeaveTheDirectory) {
  std::ofstream(home_ / "secret.gguf") << "x";
  put("small.gguf", "x");
  const std::string nul("small\0.gguf", 11);
  for (const std::string& name :
       {std::string("../secret"), std::string("../secret.gguf"), std::string("x/../../secret"), std::string(".."),
        std::string("."), std::string("/etc/passwd"), std::string("a/b/c"), std::string("a//b"),
        std::string("\\secret"), nul, std::string("small/"), std::string(5000, 'a'), std::string(""), std::string("~"),
        std::string("a\nb"), std::string(" small"), std::string("small "), std::string(" ")}) {
    SCOPED_TRACE(name.substr(0, 40));
    const auto found = find_model_by_name(name);
    ASSERT_FALSE(found.ok());
    EXPECT_EQ(found.error().code, ErrorCode::kInvalid);
  }
  EXPECT_FALSE(find_model("../secret").ok());
  EXPECT_FALSE(find_model(nul).ok());
}

TEST_F(Registry, VerifiesSizeAndSha256) {
  const std::string path = put("abc.gguf", "abc");
  constexpr std::string_view kSumOfAbc =
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";  // FIPS 180-2
  EXPECT_EQ(sha256_of_file(path).value(), kSumOfAbc);
  EXPECT_EQ(sha256_of_file(put("empty.gguf", "")).value(),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256_of_file(home_.string()).error().code, ErrorCode::kInvalid);
  KnownModel model{"abc", "", "", 3, kSumOfAbc, ""};
  EXPECT_TRUE(verify_file(path, model).ok());
  model.bytes = 4;
  EXPECT_EQ(verify_file(path, model).error().code, ErrorCode::kCorrupt);
  model = {"abc", "", "", 3, "0000", ""};
  EXPECT_EQ(verify_file(path, model).error().code, ErrorCode::kCorrupt);
}

TEST(ModelName, SimilarNames) {
  const std::vector<std::string_view> names = {"smollm2", "qwen3.5-0.8b", "llama"};
  EXPECT_THAT(similar_names("SMOLLM", names, 3), ElementsAre("smollm2"));
  EXPECT_THAT(similar_names("lama", names, 3), ElementsAre("llama"));
  EXPECT_THAT(similar_names("", names, 3), IsEmpty());
}

}  // namespace
}  // namespace capy
