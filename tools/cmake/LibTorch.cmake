# Imported targets for LibTorch, made by hand: find_package(Torch) of the PyPI
# wheel insists on a CUDA toolkit, which a CPU build does not have.
#
#   torch::torch_cpu    headers, libtorch_cpu and libc10
#   torch::torch_cuda   with libtorch_cuda and libc10_cuda, where they are there
#
# LIBTORCH_ROOT is either an unpacked wheel (the folder that holds `torch`) or
# an official libtorch folder (with `include` and `lib`).
set(LIBTORCH_ROOT "${PROJECT_SOURCE_DIR}/.deps/torch-2.11.0" CACHE PATH
    "Folder of LibTorch; scripts/setup fills the default one")

if(EXISTS "${LIBTORCH_ROOT}/torch/lib/libtorch_cpu.so")
  set(libtorch_dir "${LIBTORCH_ROOT}/torch")
elseif(EXISTS "${LIBTORCH_ROOT}/lib/libtorch_cpu.so")
  set(libtorch_dir "${LIBTORCH_ROOT}")
else()
  message(FATAL_ERROR "LibTorch is not in ${LIBTORCH_ROOT}: run scripts/setup "
                      "or set LIBTORCH_ROOT")
endif()

# The wheel keeps CUDA's run-time library beside torch; libtorch_cpu names it
# even where no GPU is used.
file(GLOB libtorch_cuda_dirs LIST_DIRECTORIES true
     "${LIBTORCH_ROOT}/nvidia/*/lib")
set(CLIP_LIBTORCH_LIBRARY_DIRS "${libtorch_dir}/lib" ${libtorch_cuda_dirs})
list(JOIN CLIP_LIBTORCH_LIBRARY_DIRS ":" libtorch_rpath)

add_library(torch::c10 SHARED IMPORTED)
set_target_properties(torch::c10 PROPERTIES IMPORTED_LOCATION
                                            "${libtorch_dir}/lib/libc10.so")
add_library(torch::torch_cpu SHARED IMPORTED)
set_target_properties(
  torch::torch_cpu
  PROPERTIES IMPORTED_LOCATION "${libtorch_dir}/lib/libtorch_cpu.so")
target_include_directories(
  torch::torch_cpu SYSTEM
  INTERFACE "${libtorch_dir}/include"
            "${libtorch_dir}/include/torch/csrc/api/include")
target_link_libraries(torch::torch_cpu INTERFACE torch::c10)
# CMake's own run path would add an empty entry, which means the working folder.
set(CMAKE_SKIP_RPATH ON)
# RUNPATH is not transitive: executables need RPATH to find the libraries that
# libtorch_cpu itself needs.
target_link_options(
  torch::torch_cpu INTERFACE "LINKER:--disable-new-dtags"
  "LINKER:-rpath,${libtorch_rpath}" "LINKER:-rpath-link,${libtorch_rpath}")

if(EXISTS "${libtorch_dir}/lib/libtorch_cuda.so")
  add_library(torch::torch_cuda SHARED IMPORTED)
  set_target_properties(
    torch::torch_cuda
    PROPERTIES IMPORTED_LOCATION "${libtorch_dir}/lib/libtorch_cuda.so")
  target_link_libraries(torch::torch_cuda INTERFACE
                        torch::torch_cpu "${libtorch_dir}/lib/libc10_cuda.so")
endif()
