# Language level, warnings and sanitizers. Everything of ours links
# clip::compile_settings PRIVATE; nothing is set globally except the language.
set(CMAKE_CXX_STANDARD 17)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

# Most files spend nearly all of their time on headers of others: torch's,
# gRPC's. Compiled in groups, a target takes a fraction of it, at the price that
# the names in its unnamed namespaces must differ.
option(CLIP_JOIN_SOURCES "Compile the sources of a target in groups" ON)
set(CMAKE_UNITY_BUILD ${CLIP_JOIN_SOURCES})
set(CMAKE_UNITY_BUILD_BATCH_SIZE 10)

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  # So that a second clone finds what the first has compiled, and targets with a
  # precompiled header are cached at all.
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${PROJECT_SOURCE_DIR}
      CCACHE_NOHASHDIR=1 CCACHE_SLOPPINESS=pch_defines,time_macros
      ${CCACHE_PROGRAM})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-fpch-preprocess)
  endif()
endif()

add_library(clip_compile_settings INTERFACE)
add_library(clip::compile_settings ALIAS clip_compile_settings)
target_include_directories(clip_compile_settings
                           INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(clip_compile_settings INTERFACE -Wall -Wextra -Werror)
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  target_compile_options(clip_compile_settings INTERFACE -Wthread-safety)
endif()
if(CLIP_SANITIZER)
  # Instrumented code makes GCC see uninitialized values that are none.
  target_compile_options(
    clip_compile_settings
    INTERFACE -fsanitize=${CLIP_SANITIZER} -fno-omit-frame-pointer
              -Wno-maybe-uninitialized)
  target_link_options(clip_compile_settings INTERFACE
                      -fsanitize=${CLIP_SANITIZER})
endif()
