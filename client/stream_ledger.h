#ifndef CLIENT_STREAM_LEDGER_H_
#define CLIENT_STREAM_LEDGER_H_

#include <clip/v1/clip.pb.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace clip::client {

// What a stream owes its caller: the items that wait, those that are out, and
// those whose answers the caller has not taken yet.
//
// On the wire an item has a number of its own in place of the caller's id, so
// that an answer is known for what it is whatever ids the caller chooses, and
// ends an item once at most.
//
// No thread, lock, clock or call of gRPC's. Not thread-safe.
class StreamLedger {
 public:
  struct Limits {
    // Items without an answer that the caller has taken.
    size_t max_items = 0;
    // Bytes of the items without an answer. One item alone may exceed it.
    size_t max_bytes = 0;
    // Times that one item goes out.
    int max_sends = 0;
  };

  explicit StreamLedger(const Limits& limits) : limits_(limits) {}

  // Whether an item of so many bytes may be added now.
  bool HasRoom(size_t bytes) const;

  // Takes an item to be sent behind all others; the request's id is the
  // caller's. `bytes` is what HasRoom was asked for.
  void Add(v1::EncodeRequest request, size_t bytes);

  // Notes an item that is answered without being sent.
  void AddAnswered() { ++items_; }

  bool has_waiting() const { return !waiting_.empty(); }

  // The next item, which is out from now on; there is one. The message stays
  // alive for whoever writes it, even if its answer overtakes the write.
  std::shared_ptr<const v1::EncodeRequest> SendNext();

  // Ends the item that is out under this number on the wire, and gives the
  // caller's id; nothing where there is none.
  std::optional<uint64_t> Answer(uint64_t number);

  // Whether the item has been out as often as it may be.
  bool IsSpent(uint64_t number) const;

  // Puts one item that is out back to the front of those that wait.
  void Recall(uint64_t number);

  // The stream broke: puts back all that are out, in their order. Where
  // `counts` is false, the sending was no fault of an item's and is forgotten.
  // Ends those that are spent and gives the caller's ids.
  std::vector<uint64_t> RecallAll(bool counts);

  // Ends all items and gives the caller's ids.
  std::vector<uint64_t> EndAll();

  // The caller has taken so many answers.
  void OnAnswersTaken(size_t count) { items_ -= count; }

  // Items without an answer.
  size_t unanswered() const { return waiting_.size() + out_.size(); }
  // Items that went out again.
  uint64_t resent() const { return resent_; }

 private:
  struct Item {
    uint64_t number = 0;
    uint64_t id = 0;
    // Those that count; see RecallAll.
    int sends = 0;
    bool was_sent = false;
    size_t bytes = 0;
    std::shared_ptr<v1::EncodeRequest> request;
  };

  const Limits limits_;
  uint64_t next_number_ = 1;
  size_t items_ = 0;
  size_t bytes_ = 0;
  uint64_t resent_ = 0;
  std::deque<Item> waiting_;
  // By number, which is the order of Add.
  std::map<uint64_t, Item> out_;
};

}  // namespace clip::client

#endif  // CLIENT_STREAM_LEDGER_H_
