#ifndef SERVER_OBSERVABILITY_RPC_METHOD_H_
#define SERVER_OBSERVABILITY_RPC_METHOD_H_

#include <array>
#include <string_view>

namespace clip::server {

// The methods of clip.v1.ClipService; a label of the metrics.
enum class RpcMethod {
  kEncodeImage,
  kEncodeText,
  kEncodeStream,
  kSimilarity,
  kListModels,
  kGetModel,
  kPutLabelSet,
  kListLabelSets,
  kDeleteLabelSet,
};

inline constexpr std::array<RpcMethod, 9> kRpcMethods = {
    RpcMethod::kEncodeImage,   RpcMethod::kEncodeText,
    RpcMethod::kEncodeStream,  RpcMethod::kSimilarity,
    RpcMethod::kListModels,    RpcMethod::kGetModel,
    RpcMethod::kPutLabelSet,   RpcMethod::kListLabelSets,
    RpcMethod::kDeleteLabelSet};

constexpr std::string_view RpcMethodName(RpcMethod method) {
  switch (method) {
    case RpcMethod::kEncodeImage:
      return "EncodeImage";
    case RpcMethod::kEncodeText:
      return "EncodeText";
    case RpcMethod::kEncodeStream:
      return "EncodeStream";
    case RpcMethod::kSimilarity:
      return "Similarity";
    case RpcMethod::kListModels:
      return "ListModels";
    case RpcMethod::kGetModel:
      return "GetModel";
    case RpcMethod::kPutLabelSet:
      return "PutLabelSet";
    case RpcMethod::kListLabelSets:
      return "ListLabelSets";
    case RpcMethod::kDeleteLabelSet:
      return "DeleteLabelSet";
  }
  return "unknown";
}

}  // namespace clip::server

#endif  // SERVER_OBSERVABILITY_RPC_METHOD_H_
