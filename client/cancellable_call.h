#ifndef CLIENT_CANCELLABLE_CALL_H_
#define CLIENT_CANCELLABLE_CALL_H_

namespace clip::client {

// A call in progress, as whoever may want its end sees it.
class CancellableCall {
 public:
  virtual ~CancellableCall() = default;

  // Ends the call soon with CANCELLED, unless it ends otherwise before.
  // Thread-safe.
  virtual void Cancel() = 0;
};

}  // namespace clip::client

#endif  // CLIENT_CANCELLABLE_CALL_H_
