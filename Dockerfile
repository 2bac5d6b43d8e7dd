# The gateway. Without any URL set it runs its embedded PostgreSQL in the volume /data, which is all that it writes, with
# /tmp: docker run --read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges -v marquee:/data …
# A command in a container of its own, with the same volume, uses the PostgreSQL of the one that serves, by its Unix socket
# in the volume; a second gateway on the volume is refused.
FROM node:24-bookworm-slim AS build
WORKDIR /marquee
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY . .
RUN npm run build

# Installed afresh rather than pruned: what only the build needs never gets here.
FROM node:24-bookworm-slim AS dependencies
WORKDIR /marquee
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --no-audit --no-fund

FROM node:24-bookworm-slim
ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    PORT=4000 \
    MARQUEE_DATA=/data
WORKDIR /marquee
COPY --from=dependencies /marquee/node_modules node_modules
COPY --from=build /marquee/package.json ./
COPY --from=build /marquee/bin bin
COPY --from=build /marquee/dist dist
COPY --from=build /marquee/schema/schema.graphql schema/
COPY --from=build /marquee/datasources/engines/postgres/migrations datasources/engines/postgres/migrations
COPY --from=build /marquee/packages/search-text/word-lists packages/search-text/word-lists
COPY --from=build /marquee/seeds/films.ndjson seeds/
RUN install -d -o node -g node /data
USER node
VOLUME /data
EXPOSE 4000
# The first start seeds the demo tenants before it answers.
HEALTHCHECK --interval=10s --timeout=5s --start-period=120s --retries=3 \
    CMD ["node", "bin/marquee.js", "health"]
CMD ["node", "bin/marquee.js", "serve"]
