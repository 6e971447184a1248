# Every third-party package of the build, in one place.
find_package(Threads REQUIRED)
find_package(absl REQUIRED CONFIG)
find_package(fmt REQUIRED CONFIG)
find_package(nlohmann_json REQUIRED CONFIG)
find_package(ICU REQUIRED COMPONENTS uc)
find_package(ZLIB REQUIRED)
find_package(JPEG REQUIRED)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)
find_package(PNG REQUIRED)
# Debian's libwebp comes with pkg-config files only.
find_package(PkgConfig REQUIRED)
pkg_check_modules(WebP REQUIRED IMPORTED_TARGET libwebp libwebpdemux)

if(CLIP_WITH_GRPC)
  # Protobuf has no config package here, and gRPC's needs its targets first.
  find_package(Protobuf REQUIRED MODULE)
  find_package(gRPC REQUIRED CONFIG)
  find_package(spdlog REQUIRED CONFIG)
  find_package(prometheus-cpp REQUIRED CONFIG)
  find_package(CLI11 REQUIRED CONFIG)
  # Headers only: Asio and Beast, for the page that --web-listen serves.
  find_package(Boost 1.81 REQUIRED CONFIG)
  # Only for the plots of `clip_client load --png`.
  option(CLIP_WITH_CAIRO "Draw plots as pictures, where cairo is found" ON)
  if(CLIP_WITH_CAIRO)
    pkg_check_modules(Cairo IMPORTED_TARGET cairo)
  endif()
endif()

if(CLIP_WITH_TORCH)
  include(LibTorch)
endif()

if(CLIP_BUILD_TESTS)
  find_package(GTest REQUIRED CONFIG)
  # Only the tests use it: an independent decoder to compare ours with.
  find_package(OpenCV REQUIRED COMPONENTS core imgcodecs)
endif()
if(CLIP_BUILD_BENCHMARKS)
  find_package(benchmark REQUIRED CONFIG)
endif()
