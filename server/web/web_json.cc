#include "server/web/web_json.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

namespace clip::server {
namespace {

using nlohmann::json;

// Names of models are the operator's and need not be UTF-8.
std::string Dump(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

json ModelJson(const v1::ModelInfo& model) {
  const v1::Preprocessing& preprocessing = model.preprocessing();
  json result = {
      {"name", model.name()},
      {"architecture", model.architecture()},
      {"embed_dim", model.embed_dim()},
      {"image_width", model.image_width()},
      {"image_height", model.image_height()},
      {"context_length", model.context_length()},
      {"vocab_size", model.vocab_size()},
      {"interpolation", preprocessing.interpolation()},
      {"resize_mode", preprocessing.resize_mode()},
      {"dtype", model.dtype()},
      {"device", model.device()},
      {"checkpoint_sha256", model.checkpoint_sha256()},
      {"logit_scale", model.logit_scale()},
      {"logit_bias", nullptr},
  };
  if (model.has_logit_bias()) result["logit_bias"] = model.logit_bias();
  return result;
}

json ScoreJson(const v1::SimilarityResponse& response, int i) {
  json score = {{"logit", response.logits(i)},
                {"probability", response.probabilities(i)}};
  if (i < response.token_count_size()) {
    score["token_count"] = response.token_count(i);
  }
  if (i < response.truncated_size()) score["truncated"] = response.truncated(i);
  return score;
}

}  // namespace

std::string ModelsJson(const v1::ListModelsResponse& response,
                       const WebLimits& limits) {
  json models = json::array();
  for (const v1::ModelInfo& model : response.models()) {
    models.push_back(ModelJson(model));
  }
  return Dump({{"models", std::move(models)},
               {"limits",
                {{"max_image_bytes", limits.max_image_bytes},
                 {"max_text_bytes", limits.max_text_bytes},
                 {"max_texts", limits.max_texts}}}});
}

std::string ScoresJson(const v1::SimilarityResponse& response) {
  json scores = json::array();
  const int count =
      std::min(response.logits_size(), response.probabilities_size());
  for (int i = 0; i < count; ++i) scores.push_back(ScoreJson(response, i));
  const v1::Timing& timing = response.timing();
  json result = {
      {"model",
       {{"name", response.model().name()},
        {"checkpoint_sha256", response.model().checkpoint_sha256()}}},
      {"logit_scale", response.logit_scale()},
      {"logit_bias", nullptr},
      {"scores", std::move(scores)},
      {"timing",
       {{"queue_seconds", timing.queue_seconds()},
        {"forward_seconds", timing.forward_seconds()},
        {"total_seconds", timing.total_seconds()}}}};
  if (response.has_logit_bias()) result["logit_bias"] = response.logit_bias();
  return Dump(result);
}

}  // namespace clip::server
