#include "client/load/server_watch.h"

#include <utility>

namespace clip::client::load {

ServerWatch::ServerWatch(Options options)
    : options_(std::move(options)),
      next_(options_.warm_up > absl::ZeroDuration() ? options_.warm_up
                                                    : options_.window) {
  if (options_.reader == nullptr) return;
  Read(absl::ZeroDuration());
  if (options_.in_background) {
    thread_ = std::thread([this] { ReadWhatIsAsked(); });
  }
}

ServerWatch::~ServerWatch() { Stop(); }

void ServerWatch::Advance(absl::Duration elapsed) {
  if (options_.reader == nullptr || elapsed < next_) return;
  while (next_ <= elapsed) next_ += options_.window;
  if (!options_.in_background) return Read(elapsed);
  MutexLock lock(mutex_);
  if (asked_.has_value()) return;
  asked_ = elapsed;
  changed_.notify_one();
}

void ServerWatch::ReadWhatIsAsked() {
  for (;;) {
    absl::Duration at;
    {
      MutexLock lock(mutex_);
      while (!asked_.has_value() && !is_stopping_) mutex_.Wait(changed_);
      if (is_stopping_) return;
      at = *asked_;
    }
    Read(at);
    MutexLock lock(mutex_);
    asked_.reset();
  }
}

void ServerWatch::Read(absl::Duration at) {
  const absl::StatusOr<std::string> page = options_.reader();
  MutexLock lock(mutex_);
  if (page.ok()) {
    samples_.push_back({at, ParseServerMetrics(*page)});
  } else {
    failure_.Update(page.status());
  }
}

void ServerWatch::Stop() {
  if (!thread_.joinable()) return;
  {
    MutexLock lock(mutex_);
    is_stopping_ = true;
    changed_.notify_one();
  }
  thread_.join();
}

void ServerWatch::DropShortEnd() {
  if (samples_.size() < 3) return;
  const absl::Duration before_last = samples_[samples_.size() - 2].at;
  if (before_last <= options_.warm_up ||
      samples_.back().at - before_last >= options_.window / 2) {
    return;
  }
  samples_.erase(samples_.end() - 2);
}

ServerWatch::Result ServerWatch::Finish(absl::Duration elapsed) {
  if (options_.reader == nullptr) return {};
  Stop();
  Read(elapsed);
  Result result;
  MutexLock lock(mutex_);
  result.failure = failure_;
  DropShortEnd();
  const Sample* before = nullptr;
  for (size_t i = 0; i < samples_.size(); ++i) {
    const Sample& sample = samples_[i];
    if (before != nullptr && before->at >= options_.warm_up &&
        sample.at > before->at) {
      result.windows.push_back(
          StretchBetween(before->metrics, before->at - options_.warm_up,
                         sample.metrics, sample.at - options_.warm_up));
    }
    before = &sample;
  }
  if (samples_.size() < 2) return result;
  const Sample& last = samples_.back();
  const Sample* first = &samples_.front();
  for (const Sample& sample : samples_) {
    if (sample.at < options_.warm_up || &sample == &last) continue;
    first = &sample;
    break;
  }
  result.whole = StretchBetween(first->metrics, first->at - options_.warm_up,
                                last.metrics, last.at - options_.warm_up);
  return result;
}

}  // namespace clip::client::load
