# `make check` is what CI runs. The tools live in .venv, made by the first target that needs it.
PY := .venv/bin/python
BIN := .venv/bin
SOURCES := manage.py departments pipeline revenue_health
# As on a server, so that `check --deploy` looks at what a server runs; its database is a throwaway one.
SERVER_ENV := HTTPS=true ALLOWED_HOSTS=revenue-health.example EMAIL_URL=smtp://mail.revenue-health.example \
	SECRET_KEY=only-for-the-deployment-check-0123456789-abcdefghijklmnopqrstuvwxyz

# A run starts hundreds of processes; none of them should compile every library anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: check check-static check-types check-style check-deploy test check-slow house bench load pictures messages format lock audit \
	environment

check: check-static test

# Everything but the tests; types take as long as all the rest.
check-static: environment
	$(MAKE) --jobs 2 --output-sync=target check-types check-style check-deploy

check-types:
	$(BIN)/mypy $(SOURCES)

check-style:
	$(BIN)/ruff format --quiet --check .
	$(BIN)/ruff check .
	find templates -name '*.html' -print0 | xargs -0 -r $(BIN)/djade --check --target-version 6.1
	$(BIN)/lint-imports
	$(PY) -m tests.house.measure --strict

check-deploy:
	home=$$(mktemp -d) && trap 'rm -rf "$$home"' EXIT && export REVENUE_HEALTH_HOME="$$home" \
		&& $(PY) manage.py makemigrations --check --dry-run \
		&& $(SERVER_ENV) $(PY) manage.py check --deploy --fail-level WARNING

test: environment
	$(PY) -m pytest -n 2 --dist loadscope

check-slow: environment
	$(PY) -m pytest -m slow
	PROPERTY_EXAMPLES=200 $(PY) -m pytest tests/core

# How the code is built, against its limits; `--names`, `--reach` and `--large` of the module name the places.
house: environment
	$(PY) -m tests.house.measure

bench: environment
	$(PY) -m tests.bench.bench_custody --sizes 100000 1000000
	$(PY) -m tests.bench.bench_recompute --sizes 100000 1000000
	$(PY) -m tests.bench.bench_night
	$(PY) -m tests.bench.bench_pages
	$(PY) -m tests.bench.bench_cold
	$(PY) -m tests.bench.bench_memory
	$(PY) -m pytest -m bench -s $(wildcard tests/bench/bench_*.py)

# Fifty readers at once, on this machine only; ends by itself.
load: environment
	$(PY) -m tests.bench.load

# Every page on three contact sheets and the slides on a fourth, in pictures/, with what a script sees wrong with them.
pictures: environment
	$(PY) -m tests.bench.contact_sheet --out pictures

# New texts into the German catalogue, compiled; lists what is not translated.
messages: environment
	$(PY) -m tests.house.catalogue

format: environment
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	find templates -name '*.html' -print0 | xargs -0 -r $(BIN)/djade --target-version 6.1

# The locks name versions and hashes, never an address.
lock: environment
	uv pip compile --quiet --generate-hashes --universal --python-version 3.12 --no-emit-index-url --no-annotate \
		--no-header pyproject.toml -o requirements/base.txt
	uv pip compile --quiet --generate-hashes --universal --python-version 3.12 --no-emit-index-url --no-annotate \
		--no-header pyproject.toml --group dev -c requirements/base.txt -o requirements/dev.txt

# Known vulnerabilities of the locked packages. Without the tool or its list it says so and passes.
audit: environment
	$(PY) requirements/audit.py requirements/base.txt requirements/dev.txt

environment:
	@python3 revenue_health/bootstrap.py --dev
