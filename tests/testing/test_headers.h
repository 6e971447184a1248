// The precompiled header of the tests: parsing these takes longer than what
// most tests add to it. Sources still include what they use.
#ifndef TESTS_TESTING_TEST_HEADERS_H_
#define TESTS_TESTING_TEST_HEADERS_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/time/time.h"
#include "tests/testing/status_matchers.h"

#endif  // TESTS_TESTING_TEST_HEADERS_H_
