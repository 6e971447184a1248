# clip_add_test(NAME <name> SOURCES <files> LIBRARIES <targets> [LABELS ...])
#
# One GoogleTest program, run by ctest as one test. CLIP_TEST_DATA points at
# tests/golden, so that a test runs from any folder.
include(GoogleTest)
function(clip_add_test)
  cmake_parse_arguments(arg "" "NAME" "SOURCES;LIBRARIES;LABELS" ${ARGN})
  add_executable(${arg_NAME} ${arg_SOURCES})
  target_link_libraries(${arg_NAME} PRIVATE clip::compile_settings
                                            ${arg_LIBRARIES} GTest::gmock
                                            GTest::gtest_main)
  target_compile_definitions(
    ${arg_NAME} PRIVATE CLIP_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  # Each file of a test has constants of its own for what it checks.
  set_target_properties(${arg_NAME} PROPERTIES UNITY_BUILD OFF)
  add_test(NAME ${arg_NAME} COMMAND ${arg_NAME})
  set_tests_properties(${arg_NAME} PROPERTIES TIMEOUT 300)
  if(arg_LABELS)
    set_tests_properties(${arg_NAME} PROPERTIES LABELS "${arg_LABELS}")
  endif()
endfunction()
