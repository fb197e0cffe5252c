# up and test are all a newcomer needs; the rest is for those who change the code.
PYTHON ?= python3
BIN := .venv/bin
.DEFAULT_GOAL := help
.PHONY: help install up test check lock openapi schema bench-plans bench-staff bench-logins bench-hostile bench-fuzz bench-rolling bench-import bench-tasks bench-pair bench-backup bench soak prove-image format clean

help:            ## This list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*##/\t/' | expand -t 12

install: .venv/app.done ## .venv with the locked packages and .venv/bin/pricebook

up: install      ## Run the whole system on http://127.0.0.1:8000
	$(BIN)/pricebook up

test: .venv/dev.done ## Tests on a real PostgreSQL and Redis, with branch coverage
	$(BIN)/coverage erase
	env -u PYTHONDONTWRITEBYTECODE $(BIN)/coverage run -m pytest -n logical --maxprocesses 4 --dist loadfile --no-loadscope-reorder
	$(BIN)/coverage combine -q
	$(BIN)/coverage report

check: .venv/dev.done ## Format, lint, types, import contracts, dependency audit
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/basedpyright
	$(BIN)/lint-imports
	$(BIN)/pip check
	.ci/audit

format: .venv/dev.done ## Format the code and mend what ruff can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: .venv/dev.done ## Write requirements/*.lock anew from pyproject.toml
	$(BIN)/pip install -q uv
	.ci/lock

openapi: install ## Write docs/openapi.json anew from the routes
	$(BIN)/pricebook openapi > docs/openapi.json

schema: install  ## Write what the migrations make anew, from a database that they made
	$(BIN)/pricebook schema > src/pricebook/db/migrations/schema.new
	mv src/pricebook/db/migrations/schema.new src/pricebook/db/migrations/schema.json

bench-plans: install ## The catalog's queries at 10,000 and 500,000 products (five minutes)
	$(BIN)/python bench/plans.py

bench-staff: install ## Plans of the staff's queries at 500,000 products (ten minutes)
	$(BIN)/python bench/staff_plans.py

bench-logins: .venv/dev.done ## Time of failed logins, and the catalog under a storm of logins
	$(BIN)/python bench/logins.py

bench-tasks: .venv/dev.done ## Tasks under torture: killed workers, servers that go and come back, a thousand tasks
	for part in kills redis postgres many limits; do $(BIN)/python bench/tasks.py $$part || exit 1; done

bench-hostile: .venv/dev.done ## What a hostile client sends, and whether the others are served meanwhile (five minutes)
	$(BIN)/python bench/hostile.py

bench-fuzz: .venv/dev.done ## Fuzz requests, forms, query strings and price lists (SECONDS=60 each, SEEDS=a folder)
	$(BIN)/python bench/fuzz.py all $(or $(SECONDS),60) $(SEEDS)

bench-rolling: .venv/dev.done ## A rolling restart behind nginx, under load, without a failed request (a minute)
	$(BIN)/python bench/rolling.py

bench-import: .venv/dev.done ## Rows a second of taking in a million rows of CSV and 200,000 of xlsx (ten minutes)
	$(BIN)/python bench/import_speed.py

bench: install   ## The catalog beside a baseline on Bun and Elysia (needs wrk and npm)
	cd bench/elysia && npm ci --silent --no-audit --no-fund
	$(BIN)/python bench/catalog.py $(QUICK)

bench-pair: install ## The API of this checkout and of OTHER=…, in turn (needs wrk; ten minutes)
	$(BIN)/python bench/pair.py $(OTHER) $(QUICK)

bench-backup: .venv/dev.done ## A backup under load, restored into an empty server and compared (three minutes)
	$(BIN)/python bench/backup.py

soak: .venv/dev.done ## Whether all stays true and served under load and faults (needs wrk; half an hour; QUICK=--quick)
	$(BIN)/python bench/soak.py $(QUICK)
	$(BIN)/python bench/faults.py $(QUICK)
	$(BIN)/python bench/hostile.py

prove-image: .venv/dev.done ## Image and compose file without Docker (root, debootstrap; ten minutes)
	$(BIN)/python bench/image.py

clean:           ## Remove the virtual environment and caches (never .pricebook)
	rm -rf .venv .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/app.done: requirements/app.lock pyproject.toml | .venv/bin/python
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements/app.lock
	$(BIN)/pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/dev.done: requirements/dev.lock .venv/app.done
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements/dev.lock
	@touch $@
