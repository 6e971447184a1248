#ifndef TESTS_GPU_GPU_TEST_H_
#define TESTS_GPU_GPU_TEST_H_

#include <gtest/gtest.h>

#include "model/select_device.h"

namespace clip::model {

// A test that needs a GPU. Skipped where LibTorch finds none.
class GpuTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!SelectDevice("cuda:0").ok()) GTEST_SKIP() << "there is no GPU";
  }

  static bool HasTwoGpus() { return SelectDevice("cuda:1").ok(); }

  static c10::Device gpu() { return c10::Device(c10::kCUDA, 0); }
};

}  // namespace clip::model

#endif  // TESTS_GPU_GPU_TEST_H_
