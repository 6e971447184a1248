// Fine-tunes a model on a handful of pairs: the training loop of open_clip's
// README, in C++. clip_finetune is the program that does this in earnest.
//
//   clip_finetune_example MODEL_FOLDER PICTURE=CAPTION...
#include <ATen/ops/empty.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "model/base/status_macros.h"
#include "model/base/torch_status.h"
#include "model/train/adamw.h"
#include "model/train/clip_loss.h"
#include "model/train/trainable_model.h"

namespace {

using clip::model::TrainableModel;

struct Pairs {
  // [N, 3, S, S] and [N, L]
  at::Tensor pixels;
  at::Tensor ids;
};

absl::Status ReadPair(const TrainableModel& model, const std::string& argument,
                      at::Tensor pixels, at::Tensor ids) {
  const size_t equals = argument.find('=');
  if (equals == std::string::npos) {
    return absl::InvalidArgumentError(argument + ": is not PICTURE=CAPTION");
  }
  std::ifstream file(argument.substr(0, equals), std::ios::binary);
  const std::string bytes(std::istreambuf_iterator<char>(file), {});
  CLIP_RETURN_IF_ERROR(model.preprocessor->PreprocessEncoded(
      bytes, absl::MakeSpan(pixels.mutable_data_ptr<float>(),
                            model.preprocessor->row_size())));
  CLIP_ASSIGN_OR_RETURN(const auto text,
                        model.tokenizer->Tokenize(argument.substr(equals + 1)));
  std::copy(text.ids.begin(), text.ids.end(), ids.mutable_data_ptr<int64_t>());
  return absl::OkStatus();
}

absl::StatusOr<Pairs> ReadPairs(const TrainableModel& model,
                                absl::Span<const std::string> arguments) {
  const auto count = static_cast<int64_t>(arguments.size());
  const auto& preprocess = model.config.preprocess;
  Pairs pairs;
  pairs.pixels =
      at::empty({count, 3, preprocess.image_height, preprocess.image_width});
  pairs.ids = at::empty({count, model.tokenizer->context_length()}, at::kLong);
  for (int64_t i = 0; i < count; ++i) {
    CLIP_RETURN_IF_ERROR(
        ReadPair(model, arguments[i], pairs.pixels[i], pairs.ids[i]));
  }
  return pairs;
}

void Train(TrainableModel& model, const Pairs& pairs) {
  constexpr int kSteps = 10;
  constexpr double kLearningRate = 1e-4;
  clip::model::AdamW optimizer(*model.model, model.model->NoWeightDecay(), {});
  const clip::model::ClipLoss loss({});
  model.model->train();
  for (int step = 0; step < kSteps; ++step) {
    const auto output = model.model->forward(pairs.pixels, pairs.ids);
    clip::model::LossInputs inputs;
    inputs.image_features = output.image_features;
    inputs.text_features = output.text_features;
    inputs.logit_scale = output.logit_scale;
    inputs.logit_bias = output.logit_bias;
    const at::Tensor total = loss.Compute(inputs).front().value;
    optimizer.ZeroGrad();
    total.backward();
    optimizer.Step(kLearningRate);
    std::cout << "step " << step << " loss " << total.item<float>() << '\n';
  }
}

absl::Status Run(const std::string& folder,
                 absl::Span<const std::string> arguments) {
  CLIP_ASSIGN_OR_RETURN(TrainableModel model,
                        clip::model::LoadTrainableModel(folder, at::kCPU));
  CLIP_ASSIGN_OR_RETURN(const Pairs pairs, ReadPairs(model, arguments));
  return clip::model::CatchTorchErrors([&] { Train(model, pairs); });
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) {
    std::cerr << "usage: clip_finetune_example MODEL_FOLDER PICTURE=CAPTION "
                 "PICTURE=CAPTION...\n";
    return 64;
  }
  const std::vector<std::string> pairs(argv + 2, argv + argc);
  const absl::Status status = Run(argv[1], pairs);
  if (status.ok()) return 0;
  std::cerr << status.message() << '\n';
  return 1;
}
