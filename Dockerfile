# The portal, its worker, beat and migrations: one image, four words (idportal/container.py).
FROM python:3.13-slim-bookworm AS packages
WORKDIR /build
COPY requirements.lock .
RUN python -m venv /opt/venv \
 && /opt/venv/bin/pip install --no-cache-dir --require-hashes --requirement requirements.lock

FROM python:3.13-slim-bookworm
RUN groupadd --system --gid 10001 idportal \
 && useradd --system --uid 10001 --gid idportal --home-dir /srv/idportal --shell /usr/sbin/nologin idportal
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=idportal.settings \
    VAR_DIR=/srv/idportal/var
WORKDIR /srv/idportal
COPY --from=packages /opt/venv /opt/venv
COPY manage.py ./
COPY idportal idportal
COPY profiles profiles
COPY ingest ingest
COPY lambdas lambdas
COPY templates templates
COPY static static
# Static files are compressed here, with secrets that nothing else will ever use.
RUN printf '#!/bin/sh\nexec python -m idportal.container "$@"\n' > /usr/local/bin/idportal \
 && chmod 0755 /usr/local/bin/idportal \
 && SECRET_KEY=x REGISTRY_TOKEN=x FIREHOSE_ACCESS_KEYS=x python -c "import django; django.setup(); from idportal.stack.prepare import collect_static; collect_static()" \
 && chown -R idportal:idportal /srv/idportal/var
USER 10001:10001
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 CMD ["idportal", "healthy", "portal"]
ENTRYPOINT ["idportal"]
CMD ["portal"]
