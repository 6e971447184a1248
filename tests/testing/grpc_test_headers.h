// The precompiled header of the tests that include gRPC.
#ifndef TESTS_TESTING_GRPC_TEST_HEADERS_H_
#define TESTS_TESTING_GRPC_TEST_HEADERS_H_

#include <grpcpp/grpcpp.h>

#include "tests/testing/test_headers.h"

#endif  // TESTS_TESTING_GRPC_TEST_HEADERS_H_
