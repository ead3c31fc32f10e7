# The image: Debian's C library, the Node binary, and what `npm run layout` lays out. No shell, no npm, not root.
# How to run it: docs/deploy/docker.md. What is checked of it, and how: `npm run image-check`.
ARG NODE_IMAGE=docker.io/library/node:24-trixie-slim
ARG BASE_IMAGE=gcr.io/distroless/cc-debian13:nonroot

FROM ${NODE_IMAGE} AS build
WORKDIR /src
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund
COPY LICENSE ./
COPY build build
COPY src src
RUN npm run layout -- /out && mkdir /data

FROM ${BASE_IMAGE}
LABEL org.opencontainers.image.title="Better Share" \
      org.opencontainers.image.description="Self-hosted session sharing for OpenCode" \
      org.opencontainers.image.licenses="MIT"
COPY --from=build /usr/local/bin/node /usr/local/bin/node
COPY --from=build /out /app
# A new volume takes over the owner of what it is mounted on.
COPY --from=build --chown=65532:65532 /data /data
# A home, also for users that /etc/passwd does not know.
ENV NODE_ENV=production \
    HOME=/data \
    HOST=0.0.0.0 \
    PORT=3000 \
    DATA_DIR=/data
WORKDIR /app
USER 65532:65532
VOLUME /data
EXPOSE 3000
# The server answers SIGTERM: it ends streams, lets requests finish for eight seconds, and closes.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/api/health/live`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "--max-semi-space-size=8", "--heap-growing-percent=20", "/app/better-share.mjs"]
CMD ["serve"]
