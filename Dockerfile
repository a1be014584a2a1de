FROM rust:1-slim-bookworm AS build
WORKDIR /src
COPY . .
RUN cargo build --release --locked

# A shell is there because the jobs of CI services are shell scripts. Nothing of the image runs as root.
FROM debian:bookworm-slim
COPY --from=build /src/target/release/snout /usr/local/bin/snout
COPY LICENSE-MIT LICENSE-APACHE /usr/share/doc/snout/
RUN useradd --create-home --uid 10001 snout
USER 10001
WORKDIR /repo
ENTRYPOINT ["snout"]
CMD ["scan"]
