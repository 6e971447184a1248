#include "model/config/transformer_config_parser.h"

#include <string>

namespace clip::model {
namespace {

Activation ParseActivation(JsonFields& fields, bool quick_gelu) {
  const nlohmann::json* member = fields.Member("act_kwargs");
  JsonFields kwargs(member, fields.PathOf("act_kwargs"));
  const auto gelu = kwargs.Choice<Activation>(
      "approximate", Activation::kGelu,
      {{"none", Activation::kGelu}, {"tanh", Activation::kGeluTanh}});
  fields.Absorb(kwargs.Finish());
  if (!quick_gelu) return gelu;
  if (member != nullptr && kwargs.Member("approximate") != nullptr) {
    fields.Fail("act_kwargs",
                "cannot go with quick_gelu, which has no options");
  }
  return Activation::kQuickGelu;
}

double ParseNormEps(JsonFields& fields) {
  JsonFields kwargs(fields.Member("norm_kwargs"), fields.PathOf("norm_kwargs"));
  constexpr double kSmallest = 1e-12;
  const double eps = kwargs.Number("eps", 1e-5, kSmallest, 1.0);
  fields.Absorb(kwargs.Finish());
  return eps;
}

void ParseBlockFields(JsonFields& fields) {
  // The custom block without its switches is the default block.
  const std::string block_type = fields.OptionalString("block_type");
  if (!block_type.empty() && block_type != "default" &&
      block_type != "custom") {
    fields.Fail("block_type", "must be one of default, custom");
  }
  for (const char* key : {"qk_norm", "scaled_cosine_attn", "scale_heads",
                          "scale_attn_inner", "scale_attn", "scale_fc"}) {
    fields.Refuse(key, "false",
                  "a switch of the custom attention block, which is not "
                  "supported");
  }
}

}  // namespace

void ParseTransformerFields(JsonFields& fields, bool quick_gelu,
                            TransformerConfig& config) {
  constexpr double kLargestRatio = 64.0;
  const double mlp_ratio = fields.Number("mlp_ratio", 4.0, 0.0, kLargestRatio);
  // Truncated as open_clip's int() does.
  config.mlp_width = static_cast<int>(config.width * mlp_ratio);
  if (config.mlp_width < 1) fields.Fail("mlp_ratio", "is too small");
  config.ls_init_value = fields.OptionalNumber("ls_init_value", -1e6, 1e6);
  config.activation = ParseActivation(fields, quick_gelu);
  config.norm_eps = ParseNormEps(fields);
  ParseBlockFields(fields);
}

}  // namespace clip::model
