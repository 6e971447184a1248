// The precompiled header of the tests that include torch.
#ifndef TESTS_TESTING_TORCH_TEST_HEADERS_H_
#define TESTS_TESTING_TORCH_TEST_HEADERS_H_

#include "model/torch_pch.h"
#include "tests/testing/test_headers.h"

#endif  // TESTS_TESTING_TORCH_TEST_HEADERS_H_
