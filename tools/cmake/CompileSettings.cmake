# Language level, warnings and sanitizers. Everything of ours links
# clip::compile_settings PRIVATE; nothing is set globally except the language.
set(CMAKE_CXX_STANDARD 17)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
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
  target_compile_options(
    clip_compile_settings INTERFACE -fsanitize=${CLIP_SANITIZER}
                                    -fno-omit-frame-pointer)
  target_link_options(clip_compile_settings INTERFACE
                      -fsanitize=${CLIP_SANITIZER})
endif()

# clip_join_sources(<target>)
#
# Compiles the sources of a target in groups. For targets whose headers cost far
# more than their own lines, as torch's do: a sixth of the time, at the price of
# names that must differ over the files of a target.
option(CLIP_JOIN_SOURCES "Compile the sources of torch targets in groups" ON)
function(clip_join_sources target)
  set_target_properties(
    ${target} PROPERTIES UNITY_BUILD ${CLIP_JOIN_SOURCES} UNITY_BUILD_BATCH_SIZE
                                                          10)
endfunction()
