# Hugging Face's tokenizers: a static library in Rust, built by cargo.
#
#   clip::hf_tokenizer_library   where it is built
#   CLIP_HF_TOKENIZERS_LIBRARY   its file; empty where it is not built
#
# CLIP_WITH_HF_TOKENIZERS is AUTO (where a cargo that is recent enough can get
# the crates), ON (an error where it cannot) or OFF. Without it a model that
# needs such a tokenizer serves token ids only, and says so.
set(CLIP_WITH_HF_TOKENIZERS AUTO CACHE STRING
    "Build Hugging Face's tokenizers with cargo: AUTO, ON or OFF")
set_property(CACHE CLIP_WITH_HF_TOKENIZERS PROPERTY STRINGS AUTO ON OFF)
# One folder for all presets: a sanitizer changes nothing in Rust code.
set(CLIP_CARGO_TARGET_DIR "${CMAKE_BINARY_DIR}/cargo" CACHE PATH
    "Where cargo builds")
mark_as_advanced(CLIP_CARGO_TARGET_DIR)

set(hf_crate "${PROJECT_SOURCE_DIR}/model/tokenizer/hf")
set(CLIP_HF_TOKENIZERS_LIBRARY "")

# Sets `reason` to why cargo cannot build the crate, or to nothing.
function(clip_check_cargo reason)
  set(${reason} "" PARENT_SCOPE)
  find_program(CARGO_PROGRAM cargo HINTS ENV CARGO_HOME "$ENV{HOME}/.cargo"
               PATH_SUFFIXES bin)
  if(NOT CARGO_PROGRAM)
    set(${reason} "there is no cargo" PARENT_SCOPE)
    return()
  endif()
  # In its folder: a rustup without a default toolchain fails here as well.
  execute_process(COMMAND "${CARGO_PROGRAM}" --version
                  WORKING_DIRECTORY "${hf_crate}" OUTPUT_VARIABLE version
                  ERROR_QUIET)
  file(STRINGS "${hf_crate}/Cargo.toml" needed REGEX "^rust-version")
  string(REGEX MATCH "[0-9.]+" needed "${needed}")
  if(NOT version MATCHES "^cargo ([0-9.]+)"
     OR CMAKE_MATCH_1 VERSION_LESS needed)
    set(${reason} "Rust ${needed} is needed" PARENT_SCOPE)
    return()
  endif()
  # What is there already needs no network.
  foreach(network --offline "")
    execute_process(
      COMMAND "${CARGO_PROGRAM}" fetch --quiet --locked ${network}
      WORKING_DIRECTORY "${hf_crate}" RESULT_VARIABLE failed
      OUTPUT_QUIET ERROR_VARIABLE problem TIMEOUT 300)
    if(failed EQUAL 0)
      return()
    endif()
  endforeach()
  set(${reason} "cargo cannot get the crates: ${problem}" PARENT_SCOPE)
endfunction()

if(NOT CLIP_WITH_HF_TOKENIZERS)
  return()
endif()
clip_check_cargo(problem)
if(problem AND CLIP_WITH_HF_TOKENIZERS STREQUAL "AUTO")
  message(STATUS "Without Hugging Face tokenizers: ${problem}")
  return()
elseif(problem)
  message(FATAL_ERROR "CLIP_WITH_HF_TOKENIZERS is ON, but ${problem}")
endif()

set(CLIP_HF_TOKENIZERS_LIBRARY
    "${CLIP_CARGO_TARGET_DIR}/release/libclip_hf_tokenizer.a")
file(GLOB hf_sources CONFIGURE_DEPENDS "${hf_crate}/src/*.rs")
add_custom_command(
  OUTPUT "${CLIP_HF_TOKENIZERS_LIBRARY}"
  COMMAND "${CARGO_PROGRAM}" build --quiet --release --locked --offline
          --target-dir "${CLIP_CARGO_TARGET_DIR}"
  # Cargo leaves a file alone that is up to date; Ninja compares times.
  COMMAND "${CMAKE_COMMAND}" -E touch "${CLIP_HF_TOKENIZERS_LIBRARY}"
  DEPENDS ${hf_sources} "${hf_crate}/Cargo.toml" "${hf_crate}/Cargo.lock"
  WORKING_DIRECTORY "${hf_crate}"
  COMMENT "Building Hugging Face's tokenizers with cargo"
  VERBATIM)
add_custom_target(clip_hf_tokenizer_build
                  DEPENDS "${CLIP_HF_TOKENIZERS_LIBRARY}")
add_library(clip::hf_tokenizer_library STATIC IMPORTED GLOBAL)
set_target_properties(
  clip::hf_tokenizer_library
  PROPERTIES IMPORTED_LOCATION "${CLIP_HF_TOKENIZERS_LIBRARY}"
             INTERFACE_LINK_LIBRARIES "Threads::Threads;${CMAKE_DL_LIBS};m")
add_dependencies(clip::hf_tokenizer_library clip_hf_tokenizer_build)
