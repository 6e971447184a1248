#ifndef SERVER_BATCHING_THREAD_NAME_H_
#define SERVER_BATCHING_THREAD_NAME_H_

#include <pthread.h>

#include <string>

namespace clip::batching {

// Names the calling thread for debuggers and `top`. Linux keeps 15 characters.
inline void SetThreadName(const std::string& name) {
  pthread_setname_np(pthread_self(), name.substr(0, 15).c_str());
}

}  // namespace clip::batching

#endif  // SERVER_BATCHING_THREAD_NAME_H_
