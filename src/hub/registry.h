// SPDX-License-Identifier: Apache-2.0
// The models on this machine, by name. They lie in <capy home>/models:
//   NAME.gguf  (a split file: NAME-00001-of-0000N.gguf and its parts)    NAME.safetensors
//   NAME/ or OWNER/NAME/: a Hugging Face directory (config.json and safetensors)
// Those that come with capy lie beside the program (../share/capy/models), or in the tree it was built in (models). One
// of the home with the same name wins.
//
// Names may come from strangers (a server's requests): one or two parts of letters, digits, '.', '_' and '-', joined by
// '/', none beginning with '.'. So no name leads out of the directory. Safe from any thread; reads the environment.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace capy {

// $CAPY_HOME, else $XDG_DATA_HOME/capy (when absolute, as the XDG rules want), else ~/.local/share/capy. Not made here.
// kNotFound when none of the three variables is set.
Result<std::string> capy_home();
Result<std::string> models_directory();
Result<std::string> packed_directory();  // of converted weights (formats/packed_cache.h)

struct LocalModel {
  enum class Kind { kGguf, kSafetensors, kDirectory };

  std::string name;
  std::string path;   // what Checkpoint::open takes
  int64_t bytes = 0;  // of the weights: all parts
  Kind kind = Kind::kGguf;
};

// What is there, by name; a missing directory gives none, and so does a missing home. Contents are not looked at.
std::vector<LocalModel> list_models();

// A model that capy knows by name and that is the same everywhere.
struct KnownModel {
  std::string_view name;  // also of its file: NAME.gguf
  std::string_view title;
  std::string_view licence;
  int64_t bytes = 0;
  std::string_view sha256;  // lower-case hexadecimal
  std::string_view how_to_get;
};

constexpr std::string_view kDefaultModel = "cub";  // comes with capy
std::span<const KnownModel> known_models();

// The path of a model given by path or by name; "" is the default model. An existing path wins over a name. kNotFound
// names similar models and says how to get one. For what a person typed.
Result<std::string> find_model(const std::string& name_or_path);

// By name only: for names that come from outside. kInvalid for what is not a name.
Result<std::string> find_model_by_name(std::string_view name);

// Lower-case hexadecimal SHA-256 of a file's content; about 1 s per GB.
Result<std::string> sha256_of_file(std::string_view path);

// kCorrupt unless the file has exactly these bytes.
Status verify_file(std::string_view path, const KnownModel& model);

}  // namespace capy
