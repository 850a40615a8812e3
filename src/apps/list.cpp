// SPDX-License-Identifier: Apache-2.0
// capy list: the models in CAPY_HOME.
#include <algorithm>
#include <string>
#include <vector>

#include "apps/command.h"
#include "apps/command_line.h"
#include "apps/figures.h"
#include "apps/model_summary.h"
#include "apps/streams.h"
#include "apps/terminal.h"
#include "base/concat.h"
#include "base/json.h"
#include "hub/registry.h"

namespace capy {
namespace {

struct Row {
  std::string name;
  std::string type;          // of most weights
  std::string architecture;  // "" when the file cannot be read
  std::string path;
  std::string trouble;
  int64_t bytes = 0;
  int64_t parameters = 0;
};

Row row_of(const LocalModel& model) {
  Row row{model.name, "?", "", model.path, "", model.bytes, 0};
  const Result<Checkpoint> checkpoint = Checkpoint::open(model.path);
  if (!checkpoint.ok()) {
    row.trouble = checkpoint.error().message;
    return row;
  }
  const Result<ModelSummary> summary = summarize(checkpoint.value());
  if (!summary.ok()) {
    row.trouble = summary.error().message;
    return row;
  }
  row.architecture = summary.value().config.architecture;
  row.parameters = summary.value().parameters.total();
  if (!summary.value().types.empty()) row.type = summary.value().types.front().type;
  return row;
}

std::string as_json(const std::vector<Row>& rows) {
  JsonWriter json;
  json.begin_array();
  for (const Row& row : rows) {
    json.begin_object();
    json.member("name", row.name);
    json.member("default", row.name == kDefaultModel);
    json.member("path", row.path);
    json.member("bytes", row.bytes);
    json.member("type", row.type);
    if (row.trouble.empty()) {
      json.member("architecture", row.architecture);
      json.member("parameters", row.parameters);
    } else {
      json.member("error", row.trouble);
    }
    json.end_object();
  }
  json.end_array();
  return json.text() + "\n";
}

std::string as_table(const std::vector<Row>& rows) {
  size_t name_width = 4;
  for (const Row& row : rows) name_width = std::max(name_width, row.name.size());
  std::string text =
      concat(padded("NAME", name_width), "  ", padded("SIZE", 9), "  ", padded("TYPE", 6), "  PARAMETERS\n");
  for (const Row& row : rows) {
    text += concat(padded(row.name, name_width), "  ", padded(readable_bytes(row.bytes), 9), "  ", padded(row.type, 6),
                   "  ");
    if (!row.trouble.empty()) {
      text += concat("cannot be read: ", row.trouble, "\n");
      continue;
    }
    text += concat(readable_parameters(row.parameters), row.name == kDefaultModel ? "  (the default)\n" : "\n");
  }
  return text;
}

}  // namespace

Result<int> list_command(int argc, const char* const* argv) {
  CommandLine line("capy list", "Tell which models are here, by the names that other commands take.",
                   "  capy list\n  capy list --json | jq -r .[].name\n");
  bool json = false;
  line.add_flag("--json", json, "one JSON array");
  if (const auto ended = TRY(line.read(argc, argv))) return *ended;

  std::vector<Row> rows;
  for (const LocalModel& model : list_models()) rows.push_back(row_of(model));
  if (json) {
    TRY(write_output(as_json(rows)));
  } else if (rows.empty()) {
    const std::string directory = TRY(models_directory());
    TRY(write_output(concat("no model yet; they lie in ", directory, "\n")));
  } else {
    TRY(write_output(harmless(as_table(rows))));
  }
  return 0;
}

}  // namespace capy
