#ifndef SERVER_SERVICE_EMBEDDING_LAYOUT_H_
#define SERVER_SERVICE_EMBEDDING_LAYOUT_H_

#include "clip/v1/clip.pb.h"

namespace clip::server {

// How the embeddings of one call are written: checked EmbeddingOptions. A
// plain value.
struct EmbeddingLayout {
  // Divide by the L2 norm of what is kept.
  bool normalize = true;
  // Never unspecified.
  v1::Format format = v1::FLOAT32;
  // Leading dimensions that are kept; 1 to embed_dim.
  int dimensions = 0;
};

}  // namespace clip::server

#endif  // SERVER_SERVICE_EMBEDDING_LAYOUT_H_
