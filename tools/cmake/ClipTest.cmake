# clip_add_test(NAME <name> SOURCES <files> LIBRARIES <targets>
#               [GRPC] [TORCH] [LABELS ...])
#
# One GoogleTest program, run by ctest as one test. CLIP_SOURCE_DIR is the
# root of the repository, so that a test runs from any folder. GRPC,
# TORCH: its sources include gRPC or torch, and share the precompiled header of
# those that do.
include(GoogleTest)

# What is tested is optimized; to optimize the tests takes longer than they run.
# A precompiled header is for one set of options: gRPC asks for -pthread.
set(CLIP_TEST_COMPILE_OPTIONS -O0 -pthread)

function(clip_add_test)
  cmake_parse_arguments(arg "GRPC;TORCH" "NAME" "SOURCES;LIBRARIES;LABELS"
                        ${ARGN})
  add_executable(${arg_NAME} ${arg_SOURCES})
  target_link_libraries(${arg_NAME} PRIVATE clip::compile_settings
                                            ${arg_LIBRARIES} GTest::gmock
                                            GTest::gtest_main)
  target_compile_definitions(
    ${arg_NAME} PRIVATE CLIP_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  target_compile_options(${arg_NAME} PRIVATE ${CLIP_TEST_COMPILE_OPTIONS})
  set(headers clip_test_headers)
  if(arg_TORCH)
    set(headers clip_torch_test_headers)
  elseif(arg_GRPC)
    set(headers clip_grpc_test_headers)
  endif()
  target_precompile_headers(${arg_NAME} REUSE_FROM ${headers})
  # Each file of a test has constants of its own for what it checks.
  set_target_properties(${arg_NAME} PROPERTIES UNITY_BUILD OFF)
  add_test(NAME ${arg_NAME} COMMAND ${arg_NAME})
  set_tests_properties(${arg_NAME} PROPERTIES TIMEOUT 300)
  if(arg_LABELS)
    set_tests_properties(${arg_NAME} PROPERTIES LABELS "${arg_LABELS}")
  endif()
endfunction()
