#ifndef CLIENT_LOAD_ITEM_STREAM_H_
#define CLIENT_LOAD_ITEM_STREAM_H_

#include <clip/v1/clip.grpc.pb.h>
#include <grpcpp/channel.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace clip::client::load {

// Items that go out one by one on an EncodeStream call which stays open, each
// answered by itself. Never sends an item twice: where a call breaks, its items
// without an answer get its status, and the next item opens another call.
//
// Every call is replaced after kCallLength, so that it can have a deadline: an
// item that the server never answers ends between `item_deadline` and
// kCallLength later.
//
// Thread-safe. Nothing bounds what is in flight: whoever sends does.
class ItemStream {
 public:
  static constexpr absl::Duration kCallLength = absl::Seconds(5);

  // Runs exactly once, on a thread of gRPC or of the caller and under no lock.
  using Done = std::function<void(absl::StatusOr<v1::EncodeResponse>)>;

  // `model`: empty = the server's default. `item_deadline`: positive.
  ItemStream(const std::shared_ptr<grpc::Channel>& channel, std::string model,
             absl::Duration item_deadline);
  // Ends the items in flight with CANCELLED, and waits for gRPC to let go.
  ~ItemStream();
  ItemStream(const ItemStream&) = delete;
  ItemStream& operator=(const ItemStream&) = delete;

  // No other item in flight has the same id. `now`: real time.
  void Send(v1::EncodeRequest item, absl::Time now, Done done);

  // Ends the item with CANCELLED where it is in flight. The server is not told:
  // a stream has no word for it.
  void Cancel(uint64_t id);

 private:
  class Call;
  struct State;

  const std::string model_;
  const absl::Duration item_deadline_;
  const std::unique_ptr<v1::ClipService::Stub> stub_;
  // Shared with the calls, which outlive the object by a moment.
  const std::shared_ptr<State> state_;
};

}  // namespace clip::client::load

#endif  // CLIENT_LOAD_ITEM_STREAM_H_
