# A Debian with Python 3.11 or newer; codex-quota starts as root there to see who owns the account directory, then is that user.
ARG BASE=python:3.13-slim

FROM ${BASE} AS build
# pip requirements between spaces: names, or directories of this repository.
ARG PLUGINS=""
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /build
COPY . .
# Hash-checked bytecode does not depend on file times, which the copy into the next stage need not keep.
# hadolint ignore=SC2086
RUN python3 -m venv /tools \
 && python3 -m venv --without-pip /opt/codex-quota \
 && /tools/bin/pip wheel --no-deps --wheel-dir wheels . \
 && /tools/bin/pip --python /opt/codex-quota/bin/python install --no-compile wheels/*.whl ${PLUGINS} \
 && install --mode=755 container/entrypoint container/healthcheck /opt/codex-quota/bin/ \
 && /opt/codex-quota/bin/python -m compileall -q --invalidation-mode unchecked-hash /opt/codex-quota/lib \
 && mkdir /empty

FROM ${BASE}
LABEL org.opencontainers.image.title="codex-quota" \
      org.opencontainers.image.description="How much ChatGPT Codex quota is left, for one account or many" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.licenses="MIT"
ENV PATH=/opt/codex-quota/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    HOME=/app \
    CODEX_QUOTA_ACCOUNT_DIR=/app/account \
    CODEX_QUOTA_CACHE_DIR=/tmp/codex-quota
WORKDIR /app
COPY --from=build /opt/codex-quota /opt/codex-quota
COPY --from=build --chown=10001:10001 /empty /app/account
# The base brings pip, which nothing here needs; what is needed is missed at the build and not at the start.
RUN rm -rf /usr/local/lib/python3.*/site-packages/pip* /usr/local/bin/pip* \
 && setpriv --version && codex-quota --version
EXPOSE 8081
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s --retries=3 CMD ["healthcheck"]
ENTRYPOINT ["entrypoint"]
CMD ["web"]
