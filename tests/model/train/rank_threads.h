#ifndef TESTS_MODEL_TRAIN_RANK_THREADS_H_
#define TESTS_MODEL_TRAIN_RANK_THREADS_H_

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdlib>
#include <functional>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "model/train/c10d_process_group.h"

namespace clip::testing {

// Options for rank 0 of a group on the loopback interface, with the listening
// socket of a free port. Others copy all but the socket.
inline clip::model::ProcessGroupOptions ListenOnLoopback(int world_size) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  socklen_t length = sizeof(address);
  clip::model::ProcessGroupOptions options;
  options.world_size = world_size;
  options.timeout = absl::Seconds(60);
  options.listen_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  EXPECT_EQ(bind(options.listen_fd, any, length), 0);
  EXPECT_EQ(listen(options.listen_fd, world_size), 0);
  EXPECT_EQ(getsockname(options.listen_fd, any, &length), 0);
  options.master_port = ntohs(address.sin_port);
  return options;
}

// Runs `work` for each rank of a group of c10d over loopback, each on a thread
// of its own.
inline void RunRanks(
    int world_size,
    const std::function<void(std::unique_ptr<clip::model::ProcessGroup>)>&
        work) {
  // c10d notes every call of a process in one record that only one group at a
  // time may write to; here a process has several.
  setenv("TORCH_FR_BUFFER_SIZE", "0", /*overwrite=*/1);
  const auto first = ListenOnLoopback(world_size);
  std::vector<std::thread> threads;
  for (int rank = 0; rank < world_size; ++rank) {
    auto options = first;
    options.rank = rank;
    threads.emplace_back([options, &work] {
      auto group = clip::model::CreateC10dProcessGroup(options);
      ASSERT_TRUE(group.ok()) << group.status();
      work(*std::move(group));
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace clip::testing

#endif  // TESTS_MODEL_TRAIN_RANK_THREADS_H_
