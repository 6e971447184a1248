#ifndef SERVER_OBSERVABILITY_RPC_METHOD_H_
#define SERVER_OBSERVABILITY_RPC_METHOD_H_

#include <array>
#include <string_view>

namespace clip::server {

// The methods of clip.v1.ClipService and inference.GRPCInferenceService; a
// label of the metrics.
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
  kServerLive,
  kServerReady,
  kModelReady,
  kServerMetadata,
  kModelMetadata,
  kModelConfig,
  kModelStatistics,
  kModelInfer,
};

inline constexpr std::array<RpcMethod, 17> kRpcMethods = {
    RpcMethod::kEncodeImage,    RpcMethod::kEncodeText,
    RpcMethod::kEncodeStream,   RpcMethod::kSimilarity,
    RpcMethod::kListModels,     RpcMethod::kGetModel,
    RpcMethod::kPutLabelSet,    RpcMethod::kListLabelSets,
    RpcMethod::kDeleteLabelSet, RpcMethod::kServerLive,
    RpcMethod::kServerReady,    RpcMethod::kModelReady,
    RpcMethod::kServerMetadata, RpcMethod::kModelMetadata,
    RpcMethod::kModelConfig,    RpcMethod::kModelStatistics,
    RpcMethod::kModelInfer};

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
    case RpcMethod::kServerLive:
      return "ServerLive";
    case RpcMethod::kServerReady:
      return "ServerReady";
    case RpcMethod::kModelReady:
      return "ModelReady";
    case RpcMethod::kServerMetadata:
      return "ServerMetadata";
    case RpcMethod::kModelMetadata:
      return "ModelMetadata";
    case RpcMethod::kModelConfig:
      return "ModelConfig";
    case RpcMethod::kModelStatistics:
      return "ModelStatistics";
    case RpcMethod::kModelInfer:
      return "ModelInfer";
  }
  return "unknown";
}

}  // namespace clip::server

#endif  // SERVER_OBSERVABILITY_RPC_METHOD_H_
