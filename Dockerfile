# The container image: dregs, the libraries that it needs, and nothing else.
#   docker build -t dregs .
# A Debian 12 root of your own: --build-arg BASE=IMAGE
ARG BASE=debian:bookworm

FROM ${BASE} AS build
WORKDIR /src
# Alone, so that a change of the sources installs nothing again.
COPY scripts/install-packages scripts/
RUN scripts/install-packages build
COPY . .
RUN cmake --preset release \
  && cmake --build --preset release --target dregs \
  && scripts/image-root build/release/dregs /image

FROM scratch
# Who publishes an image knows both.
ARG VERSION=unreleased
ARG SOURCE=""
LABEL org.opencontainers.image.title="dregs" \
  org.opencontainers.image.description="Docker REGistry Sweeper: storage care for a stopped Docker/OCI registry" \
  org.opencontainers.image.source="${SOURCE}" \
  org.opencontainers.image.licenses="Apache-2.0" \
  org.opencontainers.image.version="${VERSION}"
COPY --from=build /image /
# Without arguments it only looks.
ENTRYPOINT ["/usr/bin/dregs"]
CMD ["gc", "--dry-run"]
