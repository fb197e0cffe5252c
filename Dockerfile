# One image for the API, the workers and the migrations; docs/operations.md describes how to run it.
# The base image is that of the tests. To pin it: --build-arg PYTHON_IMAGE=python:3.11-slim-bookworm@sha256:…
ARG PYTHON_IMAGE=python:3.11-slim-bookworm

FROM ${PYTHON_IMAGE} AS build
WORKDIR /build
RUN python -m venv --without-pip /opt/pricebook
COPY requirements/server.lock requirements/
RUN pip --python /opt/pricebook/bin/python install --no-cache-dir --require-hashes \
        --only-binary :all: --requirement requirements/server.lock
COPY pyproject.toml README.md LICENSE ./
COPY src src
RUN pip --python /opt/pricebook/bin/python install --no-cache-dir --no-deps --no-build-isolation . \
    && pip --python /opt/pricebook/bin/python uninstall --yes flit_core

FROM ${PYTHON_IMAGE}
LABEL org.opencontainers.image.title="Pricebook" \
      org.opencontainers.image.description="The price lists of many suppliers as one catalog" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.licenses="Apache-2.0"
# The user id is fixed, so that folders of the host can be owned by it.
RUN groupadd --gid 10001 pricebook \
    && useradd --uid 10001 --gid pricebook --home-dir /var/lib/pricebook --shell /usr/sbin/nologin pricebook \
    && install --directory --owner pricebook --group pricebook --mode 0750 \
        /var/lib/pricebook /var/lib/pricebook/uploads
COPY --from=build /opt/pricebook /opt/pricebook
ENV PATH=/opt/pricebook/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HOST=0.0.0.0 \
    PORT=8000 \
    UPLOADS_DIR=/var/lib/pricebook/uploads
USER 10001:10001
# The program writes to UPLOADS_DIR and /tmp only; the rest may be mounted read-only.
WORKDIR /var/lib/pricebook
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import os; from http.client import HTTPConnection; c = HTTPConnection('127.0.0.1', int(os.environ['PORT']), 4); c.request('GET', '/live'); raise SystemExit(c.getresponse().status != 200)"]
ENTRYPOINT ["pricebook"]
CMD ["serve"]
