// SPDX-License-Identifier: Apache-2.0
#include "apps/train_run.h"

#include <cmath>
#include <filesystem>
#include <span>
#include <unordered_map>

#include "apps/model_directory.h"
#include "base/concat.h"
#include "base/json.h"
#include "base/mapped_file.h"
#include "codec/encode.h"
#include "data/data_set.h"
#include "formats/writer.h"

namespace capy {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kTokenizerBytesMax = int64_t{256} << 20;
// Activations above this are computed again in the backward instead of kept: a third more time, a tenth of the memory.
constexpr int64_t kKeptBytesMax = int64_t{1} << 30;

void write_lora(JsonWriter& json, const train::LoraOptions& lora) {
  json.key("lora");
  json.begin_object();
  json.member("rank", lora.rank);
  json.member("alpha", lora.alpha);
  json.member("rslora", lora.rank_stabilised);
  json.member("dora", lora.dora);
  json.key("targets");
  json.begin_array();
  for (const std::string& target : lora.targets) json.value(target);
  json.end_array();
  json.end_object();
}

bool is_plain(DType type) { return type == DType::kF32 || type == DType::kBF16 || type == DType::kF16; }

}  // namespace

TrainRun::TrainRun(const TrainConfig& config, Checkpoint checkpoint, ModelConfig model, TensorNames names,
                   train::ParameterList parameters, SampleStream stream, int threads)
    : config_(config),
      checkpoint_(std::move(checkpoint)),
      model_(std::move(model)),
      names_(std::move(names)),
      parameters_(std::move(parameters)),
      stream_(std::move(stream)),
      pool_(threads),
      packed_(static_cast<size_t>(config.step_samples())) {}

Result<std::unique_ptr<TrainRun>> TrainRun::open(const TrainConfig& config, int threads) {
  Checkpoint checkpoint = TRY(Checkpoint::open(config.model));
  ModelConfig model = TRY(read_config(checkpoint));
  TensorNames names = TRY(TensorNames::of(checkpoint, model));
  if (config.mtp_weight != 0 && checkpoint.find(names.mtp("fc.weight")) == nullptr) {
    return Error{ErrorCode::kInvalid, concat(config.model, ": there is no MTP head to train; set mtp_weight to 0")};
  }
  train::ParameterList parameters = TRY(train::ParameterList::of(model, names, config.mtp_weight != 0));
  SampleStream stream =
      TRY(SampleStream::open(config.data, {config.sample_tokens, static_cast<uint64_t>(config.seed)}));
  std::unique_ptr<TrainRun> run(new TrainRun(config, std::move(checkpoint), std::move(model), std::move(names),
                                             std::move(parameters), std::move(stream), threads));
  TRY(run->check_data());
  TRY(run->load_state());
  return run;
}

// Ids mean what the model takes them for.
Status TrainRun::check_data() const {
  if (stream_.vocabulary() > model_.vocab) {
    return Error{ErrorCode::kInvalid, concat("the data's tokenizer has ", stream_.vocabulary(),
                                             " tokens and the model only ", model_.vocab)};
  }
  const std::string own = (fs::path(checkpoint_.directory()) / "tokenizer.json").string();
  std::error_code ignored;
  if (!fs::exists(own, ignored)) return {};
  const std::string json = TRY(read_file(own, kTokenizerBytesMax));
  if (hash_of(std::as_bytes(std::span(json))) == stream_.tokenizer_hash()) return {};
  return Error{ErrorCode::kInvalid, concat(own,
                                           " is not the tokenizer that the data was built with; build the data with "
                                           "--tokenizer ",
                                           checkpoint_.directory())};
}

Status TrainRun::load_state() {
  const KernelTable* const kernels = TRY(choose_kernels());
  train::TrainOptions options = config_.options();
  if (train::kept_bytes(model_, config_.sample_tokens) > kKeptBytesMax) options.keep = train::Keep::kInputs;
  if (config_.lora) return load_adapters(options, *kernels);
  std::vector<float> weights(static_cast<size_t>(parameters_.values()));
  TRY(train::load_parameters(weights.data(), parameters_, checkpoint_));
  TRY(check_undamaged());
  state_.emplace(model_, parameters_, std::move(weights), options, *kernels, pool_);
  return {};
}

Status TrainRun::load_adapters(const train::TrainOptions& options, const KernelTable& kernels) {
  base_.emplace(TRY(train::FrozenBase::open(checkpoint_, model_, names_, kernels)));
  adapters_.emplace(TRY(train::AdapterList::make(*base_, *config_.lora)));
  std::vector<float> weights(static_cast<size_t>(trained().values()));
  adapters_->set_first_values(weights.data(), *base_, kernels, pool_);
  TRY(check_undamaged());
  state_.emplace(model_, train::AdaptedModel{*base_, *adapters_}, std::move(weights), options, kernels, pool_);
  return {};
}

Status TrainRun::check_undamaged() const {
  if (!checkpoint_.damaged()) return {};
  return Error{ErrorCode::kIo, concat(checkpoint_.path(), ": the file changed or failed while it was read")};
}

Result<std::string> TrainRun::identity() const {
  JsonWriter json;
  json.begin_object();
  json.member("model", hash_text(checkpoint_.identity()));
  json.key("data");
  json.begin_array();
  for (const StreamSource& source : config_.data) {
    const DataSet data = TRY(DataSet::open(source.directory));
    const std::string manifest = data.manifest().json();
    json.begin_object();
    json.member("manifest", hash_text(hash_of(std::as_bytes(std::span(manifest)))));
    json.member("weight", source.weight);
    json.end_object();
  }
  json.end_array();
  json.member("sample_tokens", config_.sample_tokens);
  json.member("step_tokens", config_.step_tokens);
  json.member("steps", config_.steps);
  json.member("optimizer", config_.optimizer);
  json.member("learning_rate", config_.learning_rate);
  json.member("schedule", config_.schedule);
  json.member("warmup_steps", config_.warmup_steps);
  if (config_.schedule == "wsd") json.member("decay_steps", config_.decay_steps);
  json.member("weight_decay", config_.weight_decay);
  json.member("clip", config_.clip);
  json.member("mtp_weight", config_.mtp_weight);
  json.member("seed", config_.seed);
  if (!config_.data_key.empty()) json.member("data_key", config_.data_key);
  if (config_.lora) write_lora(json, *config_.lora);
  json.end_object();
  return json.text() + "\n";
}

int64_t TrainRun::state_bytes() const {
  const int64_t vectors = config_.options().use_muon ? 4 : 3;  // weights, two moments, Muon's momentum
  return vectors * trained().values() * static_cast<int64_t>(sizeof(float));
}

Result<train::StepReport> TrainRun::step() {
  const int64_t first = state_->steps() * config_.step_samples();
  samples_.clear();
  for (size_t i = 0; i < packed_.size(); ++i) {
    TRY(stream_.read(first + static_cast<int64_t>(i), sample_));
    packed_[i].set(sample_.tokens, sample_.marks, config_.sample_tokens, {Sample::kLoss, Sample::kStart});
    samples_.push_back(packed_[i].sample());
  }
  const train::StepReport report = TRY(state_->step(samples_));
  if (adapters_) TRY(check_undamaged());  // the model is read where it lies
  if (!std::isfinite(report.loss) || !std::isfinite(report.gradient_norm)) {
    return Error{ErrorCode::kInvalid, concat("step ", report.step + 1,
                                             ": the loss is no number any more; a lower learning_rate or a longer "
                                             "warm-up may help (in another directory as out)")};
  }
  return report;
}

Status TrainRun::write_model(const std::string& out) const {
  if (adapters_) return train::write_adapter(out, *adapters_, state_->weights().data(), config_.model);
  TRY(write_text_files(checkpoint_, out));
  TRY(copy_text_files(stream_.tokenizer_directory(), out));
  TRY(write_config(checkpoint_, model_, "", out));
  return write_weights((fs::path(out) / "model.safetensors").string());
}

Status TrainRun::write_weights(const std::string& path) const {
  std::unordered_map<std::string, const train::Parameter*> trained;
  for (const train::Parameter& parameter : parameters_.all()) trained.emplace(parameter.name, &parameter);
  std::vector<TensorDescription> descriptions;
  std::vector<const Tensor*> tensors;
  for (const Tensor& tensor : checkpoint_.tensors()) {
    if (model_.tied && tensor.name == names_.head()) continue;  // a copy of the table, as it was before training
    const bool converted = trained.contains(tensor.name) && !is_plain(tensor.type);
    descriptions.push_back({tensor.name, converted ? DType::kF32 : tensor.type, tensor.shape});
    tensors.push_back(&tensor);
  }
  TensorStream stream = TRY(SafetensorsWriter::create(path, descriptions));
  std::vector<std::byte> encoded;
  for (size_t i = 0; i < tensors.size(); ++i) {
    const auto parameter = trained.find(tensors[i]->name);
    if (parameter == trained.end()) {
      TRY(stream.write(tensors[i]->bytes));
      continue;
    }
    encoded.resize(static_cast<size_t>(descriptions[i].bytes()));
    encode(descriptions[i].type, state_->weights().data() + parameter->second->offset, parameter->second->count,
           encoded);
    TRY(stream.write(encoded));
  }
  TRY(check_undamaged());
  return stream.finish();
}

}  // namespace capy
