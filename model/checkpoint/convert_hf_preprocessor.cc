#include "model/checkpoint/convert_hf_preprocessor.h"

#include <nlohmann/json.hpp>

#include "absl/status/status.h"
#include "model/base/status_macros.h"
#include "model/checkpoint/hf_config_fields.h"
#include "model/config/parse_json.h"

namespace clip::model {
namespace {

// Numbers of Pillow's filters.
constexpr int kBilinear = 2;
constexpr int kBicubic = 3;

// The side that the whole picture, or its shorter side, is resized to;
// 0 where the size is not said.
int ReadSize(HfConfigFields& fields, const char* key, std::string* mode) {
  const nlohmann::json size = fields.Member(key);
  if (size.is_null()) return 0;
  if (size.is_number_integer()) {
    *mode = "shortest";
    return fields.Int(key, 0);
  }
  HfConfigFields sides(size, key);
  const int shortest = sides.Int("shortest_edge", 0);
  const int height = sides.Int("height", 0);
  const int width = sides.Int("width", 0);
  *mode = shortest > 0 ? "shortest" : "squash";
  if (!sides.status().ok() || (shortest == 0 && (height == 0 || width == 0))) {
    fields.Fail(key, "must be a number, shortest_edge, or height and width");
  }
  return shortest > 0 ? shortest : height;
}

void ReadResize(HfConfigFields& fields, nlohmann::json& preprocess) {
  std::string mode;
  std::string crop_mode;
  const int size = ReadSize(fields, "size", &mode);
  const int crop = ReadSize(fields, "crop_size", &crop_mode);
  const bool is_cropped = fields.Bool("do_center_crop", crop > 0);
  if (size > 0) preprocess["resize_mode"] = mode;
  if (mode == "shortest" && size > 0) {
    if (!is_cropped) {
      fields.Fail("do_center_crop", "without it pictures have no fixed size");
    } else if (crop > 0 && crop != size) {
      fields.Fail("crop_size", "must be the size that pictures are resized to");
    }
  }
  const int filter = fields.Int("resample", kBicubic);
  if (filter != kBilinear && filter != kBicubic) {
    fields.Fail("resample", "must be 2 (bilinear) or 3 (bicubic)");
  }
  preprocess["interpolation"] = filter == kBilinear ? "bilinear" : "bicubic";
}

void ReadNormalization(HfConfigFields& fields, nlohmann::json& preprocess) {
  constexpr double kRescale = 1.0 / 255;
  for (const char* key : {"do_resize", "do_rescale", "do_normalize"}) {
    if (!fields.Bool(key, true)) fields.Fail(key, "must be true");
  }
  const double factor = fields.Number("rescale_factor", kRescale);
  if (factor < kRescale * 0.999999 || factor > kRescale * 1.000001) {
    fields.Fail("rescale_factor", "must be 1 / 255");
  }
  const nlohmann::json mean = fields.Member("image_mean");
  const nlohmann::json std = fields.Member("image_std");
  if (!mean.is_null()) preprocess["mean"] = mean;
  if (!std.is_null()) preprocess["std"] = std;
}

}  // namespace

absl::StatusOr<std::string> ApplyHfPreprocessor(
    const std::string& hub_config_json, std::string_view preprocessor_json) {
  CLIP_ASSIGN_OR_RETURN(nlohmann::json config,
                        ParseJson(hub_config_json, JsonLimits()));
  CLIP_ASSIGN_OR_RETURN(const nlohmann::json json,
                        ParseJson(preprocessor_json, JsonLimits()));
  const bool is_nested = json.is_object() && json.contains("image_processor");
  HfConfigFields fields(is_nested ? json["image_processor"] : json,
                        is_nested ? "image_processor" : "");
  nlohmann::json& preprocess = config["preprocess_cfg"];
  ReadResize(fields, preprocess);
  ReadNormalization(fields, preprocess);
  CLIP_RETURN_IF_ERROR(fields.status());
  return config.dump();
}

}  // namespace clip::model
