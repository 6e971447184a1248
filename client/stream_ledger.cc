#include "client/stream_ledger.h"

#include <utility>

namespace clip::client {

bool StreamLedger::HasRoom(size_t bytes) const {
  if (items_ >= limits_.max_items) return false;
  return unanswered() == 0 || bytes_ + bytes <= limits_.max_bytes;
}

void StreamLedger::Add(v1::EncodeRequest request, size_t bytes) {
  Item item;
  item.number = next_number_++;
  item.id = request.id();
  item.bytes = bytes;
  request.set_id(item.number);
  item.request = std::make_shared<v1::EncodeRequest>(std::move(request));
  ++items_;
  bytes_ += item.bytes;
  waiting_.push_back(std::move(item));
}

std::shared_ptr<const v1::EncodeRequest> StreamLedger::SendNext() {
  Item item = std::move(waiting_.front());
  waiting_.pop_front();
  if (std::exchange(item.was_sent, true)) ++resent_;
  ++item.sends;
  std::shared_ptr<const v1::EncodeRequest> request = item.request;
  out_.emplace(item.number, std::move(item));
  return request;
}

std::optional<uint64_t> StreamLedger::Answer(uint64_t number) {
  const auto found = out_.find(number);
  if (found == out_.end()) return std::nullopt;
  const uint64_t id = found->second.id;
  bytes_ -= found->second.bytes;
  out_.erase(found);
  return id;
}

bool StreamLedger::IsSpent(uint64_t number) const {
  const auto found = out_.find(number);
  return found != out_.end() && found->second.sends >= limits_.max_sends;
}

void StreamLedger::Recall(uint64_t number) {
  const auto found = out_.find(number);
  if (found == out_.end()) return;
  waiting_.push_front(std::move(found->second));
  out_.erase(found);
}

std::vector<uint64_t> StreamLedger::RecallAll(bool counts) {
  std::vector<uint64_t> spent;
  for (auto& [number, item] : out_) {
    if (!counts) --item.sends;
    if (item.sends < limits_.max_sends) continue;
    bytes_ -= item.bytes;
    spent.push_back(item.id);
    item.request = nullptr;
  }
  // From the last one on, so that the first one is in front.
  for (auto entry = out_.rbegin(); entry != out_.rend(); ++entry) {
    if (entry->second.request == nullptr) continue;
    waiting_.push_front(std::move(entry->second));
  }
  out_.clear();
  return spent;
}

std::vector<uint64_t> StreamLedger::EndAll() {
  std::vector<uint64_t> ids;
  for (const auto& [number, item] : out_) ids.push_back(item.id);
  for (const Item& item : waiting_) ids.push_back(item.id);
  out_.clear();
  waiting_.clear();
  bytes_ = 0;
  return ids;
}

}  // namespace clip::client
