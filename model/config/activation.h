#ifndef MODEL_CONFIG_ACTIVATION_H_
#define MODEL_CONFIG_ACTIVATION_H_

namespace clip::model {

// The activation between the two linear layers of a block's MLP. The three
// differ by up to 0.02, so the wrong one gives wrong embeddings.
enum class Activation {
  // x * Phi(x) with the error function.
  kGelu,
  // GELU's tanh approximation: act_kwargs {"approximate": "tanh"}.
  kGeluTanh,
  // x * sigmoid(1.702 x), as OpenAI trained with: "quick_gelu": true.
  kQuickGelu,
};

}  // namespace clip::model

#endif  // MODEL_CONFIG_ACTIVATION_H_
