// Says which of some texts fits a picture best.
//
//   clip_client_example HOST:PORT PICTURE TEXT...
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <string>
#include <utility>

#include "client/clip_client.h"

int main(int argc, char** argv) {
  if (argc < 4) {
    std::cerr << "usage: clip_client_example HOST:PORT PICTURE TEXT...\n";
    return 2;
  }
  clip::client::ClipClientOptions options;
  options.target = argv[1];
  absl::StatusOr<std::unique_ptr<clip::client::ClipClient>> client =
      clip::client::ClipClient::Create(options);
  if (!client.ok()) {
    std::cerr << client.status() << '\n';
    return 2;
  }

  std::ifstream file(argv[2], std::ios::binary);
  clip::client::SimilarityRequest request;
  request.images.emplace_back(clip::client::EncodedImage{
      std::string(std::istreambuf_iterator<char>(file), {})});
  request.texts.assign(argv + 3, argv + argc);
  clip::client::CallOptions call;
  call.deadline = absl::Seconds(5);
  const absl::StatusOr<clip::client::SimilarityReply> reply =
      (*client)->Similarity(std::move(request), call);
  if (!reply.ok()) {
    std::cerr << reply.status() << '\n';
    return 1;
  }
  for (int i = 3; i < argc; ++i) {
    std::cout << 100 * reply->probabilities[i - 3] << " %  " << argv[i] << '\n';
  }
  return 0;
}
