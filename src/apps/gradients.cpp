// SPDX-License-Identifier: Apache-2.0
// capy gradients: the loss of a model on given tokens and the gradient of every parameter, to compare with other
// implementations.
#include <string>
#include <vector>

#include "apps/command.h"
#include "apps/command_line.h"
#include "apps/model_choice.h"
#include "apps/streams.h"
#include "base/concat.h"
#include "base/json.h"
#include "hub/registry.h"
#include "train/train.h"

namespace capy {
namespace {

struct Order {
  ModelChoice choice;
  std::string tokens;
  std::string out;
  int64_t loss_from = 1;
  double mtp_weight = 0;
  double z_loss = 0;
  bool json = false;
};

std::string report(const train::Gradients& gradients, const Order& order, double norm) {
  const auto tensors = static_cast<int64_t>(gradients.parameters.all().size());
  if (!order.json) {
    std::string text = concat("loss ", gradients.loss, " (mean cross-entropy of ", gradients.targets, " targets)\n");
    if (order.mtp_weight != 0) text += concat("MTP loss ", gradients.mtp_loss, "\n");
    return text + concat("gradient norm ", norm, ", ", tensors, " tensors in ", order.out, "\n");
  }
  JsonWriter json;
  json.begin_object();
  json.member("loss", gradients.loss);
  json.member("targets", gradients.targets);
  if (order.mtp_weight != 0) json.member("mtp_loss", gradients.mtp_loss);
  json.member("gradient_norm", norm);
  json.member("tensors", tensors);
  json.member("out", order.out);
  json.end_object();
  return json.text() + "\n";
}

}  // namespace

Result<int> gradients_command(int argc, const char* const* argv) {
  CommandLine line(
      "capy gradients",
      "Compute the mean cross-entropy of tokens and the gradient of every parameter, in f32. The file OUT holds each\n"
      "gradient under its parameter's name and shape. Needs no tokenizer.",
      "  capy gradients ./model --tokens 1,2,3,4 --out gradients.safetensors\n"
      "  capy gradients ./model --tokens 5,3,8,2,9 --loss-from 3 --out g.safetensors --json\n");
  Order order;
  add_model_argument(line, order.choice)->required();
  line.add_option("--tokens", order.tokens, "the tokens, as ids with commas between")->required()->type_name("IDS");
  line.add_option("--loss-from", order.loss_from, "the loss counts targets at this position and behind (from 0)")
      ->check(in_range(0, INT32_MAX))
      ->type_name("N");
  line.add_option("--out", order.out, "the .safetensors file to write")
      ->required()
      ->check(not_empty())
      ->type_name("FILE");
  line.add_option("--mtp-weight", order.mtp_weight, "add the MTP head's mean loss times this; 0 leaves the head out")
      ->check(CLI::Range(0.0, 1e6))
      ->type_name("X");
  line.add_option("--z-loss", order.z_loss, "add this times the mean square of log sum exp(logits)")
      ->check(CLI::Range(0.0, 1e6))
      ->type_name("X");
  line.add_option("--threads", order.choice.threads, "processor cores to use; all physical ones when left out")
      ->check(in_range(1, ThreadPool::kThreadsMax))
      ->type_name("N");
  line.add_flag("--json", order.json, "the result as one JSON object");
  if (const auto ended = TRY(line.read(argc, argv))) return *ended;

  train::GradientOrder wanted;
  wanted.tokens = TRY(parse_token_ids(order.tokens, "--tokens"));
  if (wanted.tokens.empty()) return Error{ErrorCode::kUsage, "--tokens: at least two ids are needed"};
  wanted.loss_from = order.loss_from;
  wanted.mtp_weight = order.mtp_weight;
  wanted.z_loss = order.z_loss;
  const int threads = TRY(engine_options(order.choice)).threads;
  ThreadPool pool(threads > 0 ? threads : ThreadPool::default_threads());
  const std::string path = TRY(find_model(order.choice.model));
  const Checkpoint checkpoint = TRY(Checkpoint::open(path));
  const train::Gradients gradients = TRY(train::compute_gradients(checkpoint, wanted, pool));
  TRY(train::write_gradients(order.out, gradients));
  const double norm = train::norm_of(gradients.values.data(), gradients.parameters.values(), pool);
  TRY(write_output(report(gradients, order, norm)));
  return 0;
}

}  // namespace capy
