# clip_server on Debian 12: built in one stage, served from a slim one.
#
#   docker build -t clip-serving:0.1.0 .
#   docker build -t clip-serving:0.1.0-cuda --build-arg FLAVOUR=cuda .
ARG BASE=debian:12-slim

FROM ${BASE} AS build
# cpu, or cuda for the full LibTorch with CUDA's libraries (several GB).
ARG FLAVOUR=cpu
WORKDIR /src
# Packages and LibTorch change seldom: they are a layer of their own.
COPY scripts/setup scripts/setup
# LibTorch moves to where the run stage has it: programs find it by that path.
RUN case "${FLAVOUR}" in \
      cpu) scripts/setup ;; \
      cuda) scripts/setup --cuda ;; \
      *) echo "FLAVOUR is cpu or cuda, not ${FLAVOUR}" >&2; exit 64 ;; \
    esac && \
    mv .deps/torch-* /opt/libtorch
COPY CMakeLists.txt CMakePresets.json ./
COPY tools/cmake tools/cmake
COPY proto proto
COPY model model
COPY server server
COPY client client
# CMake's own run path ends in an empty entry, which the loader takes for the
# working folder; LibTorch's is there without it.
RUN cmake --preset release -DCLIP_BUILD_TESTS=OFF -DCMAKE_SKIP_RPATH=ON \
      -DCLIP_WITH_HF_TOKENIZERS=ON -DLIBTORCH_ROOT=/opt/libtorch && \
    cmake --build --preset release \
      --target clip_server clip_client clip_finetune
COPY deploy/image/collect_files deploy/image/collect_files
RUN deploy/image/collect_files "${FLAVOUR}" build/release /image

FROM ${BASE}
# What the programs are linked against; `ldd` below checks that it is enough.
RUN apt-get update -q && \
    DEBIAN_FRONTEND=noninteractive apt-get install -y -q \
      --no-install-recommends \
      libfmt9 libgrpc++1.51 libicu72 libjpeg62-turbo libpng16-16 \
      libprometheus-cpp-core1.0 libprometheus-cpp-pull1.0 libspdlog1.10 \
      libssl3 libwebp7 libwebpdemux2 && \
    rm -rf /var/lib/apt/lists/* /var/log/apt /var/log/dpkg.log && \
    groupadd --system --gid 10001 clip && \
    useradd --system --uid 10001 --gid clip --no-create-home \
      --home-dir /nonexistent --shell /usr/sbin/nologin clip
COPY --from=build /image /
RUN for program in clip_server clip_client clip_finetune; do \
      if ldd "/usr/local/bin/${program}" | grep 'not found'; then exit 1; fi; \
    done
LABEL org.opencontainers.image.title="clip-serving" \
      org.opencontainers.image.description="CLIP embeddings over gRPC" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.licenses="Apache-2.0"
# Each is a flag of clip_server; a flag on the command line wins.
ENV CLIP_SERVER_MODEL=emoji-clip \
    CLIP_SERVER_LISTEN=0.0.0.0:50051 \
    CLIP_SERVER_METRICS_LISTEN=0.0.0.0:9464
USER 10001:10001
WORKDIR /
EXPOSE 50051 9464
STOPSIGNAL SIGTERM
HEALTHCHECK --start-period=5m --interval=10s --timeout=5s --retries=3 \
  CMD ["clip_client", "health", "--server", "127.0.0.1:50051"]
ENTRYPOINT ["clip_server"]
