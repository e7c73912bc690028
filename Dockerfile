FROM node:22-bookworm-slim AS pages
WORKDIR /src/web
COPY web/package.json web/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY web ./
RUN npm run build

FROM rust:1.95-bookworm AS build
WORKDIR /src
COPY . .
COPY --from=pages /src/web/dist web/dist
RUN cargo build --release --locked -p kepu-api

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates fonts-noto-cjk tzdata \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --home /var/lib/kepu --create-home kepu
COPY --from=build /src/target/release/kepu /usr/local/bin/kepu
USER kepu
WORKDIR /var/lib/kepu
ENV KEPU_DATA=/var/lib/kepu
EXPOSE 8080
CMD ["kepu", "serve"]
