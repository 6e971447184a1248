#ifndef SERVER_OBSERVABILITY_RPC_METHOD_H_
#define SERVER_OBSERVABILITY_RPC_METHOD_H_

#include <array>
#include <string_view>

namespace clip::server {

// The methods of clip.v1.ClipService; a label of the metrics.
enum class RpcMethod {
  kEncodeImage,
  kEncodeText,
  kSimilarity,
  kListModels,
  kGetModel,
};

inline constexpr std::array<RpcMethod, 5> kRpcMethods = {
    RpcMethod::kEncodeImage, RpcMethod::kEncodeText, RpcMethod::kSimilarity,
    RpcMethod::kListModels, RpcMethod::kGetModel};

constexpr std::string_view RpcMethodName(RpcMethod method) {
  switch (method) {
    case RpcMethod::kEncodeImage:
      return "EncodeImage";
    case RpcMethod::kEncodeText:
      return "EncodeText";
    case RpcMethod::kSimilarity:
      return "Similarity";
    case RpcMethod::kListModels:
      return "ListModels";
    case RpcMethod::kGetModel:
      return "GetModel";
  }
  return "unknown";
}

}  // namespace clip::server

#endif  // SERVER_OBSERVABILITY_RPC_METHOD_H_
