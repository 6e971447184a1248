#ifndef TESTS_MODEL_CHECKPOINT_TENSOR_COMPARISON_H_
#define TESTS_MODEL_CHECKPOINT_TENSOR_COMPARISON_H_

#include <gtest/gtest.h>

#include <string>

#include "model/checkpoint/state_dict.h"

namespace clip::model {

// Expects the same names, types, shapes and bytes.
inline void ExpectSameTensors(const StateDict& actual,
                              const StateDict& expected) {
  for (const auto& [name, view] : expected.tensors()) {
    const auto found = actual.tensors().find(name);
    if (found == actual.tensors().end()) {
      ADD_FAILURE() << name << " is missing";
      continue;
    }
    EXPECT_EQ(found->second.dtype, view.dtype) << name;
    EXPECT_EQ(found->second.shape, view.shape) << name;
    EXPECT_EQ(found->second.bytes, view.bytes) << name;
  }
  for (const auto& [name, unused] : actual.tensors()) {
    EXPECT_EQ(expected.tensors().count(name), 1U) << name << " is too many";
  }
}

}  // namespace clip::model

#endif  // TESTS_MODEL_CHECKPOINT_TENSOR_COMPARISON_H_
