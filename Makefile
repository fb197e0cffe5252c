# `up` and `test` are enough to start; the other targets are for development.
PYTHON ?= python3
BIN := .venv/bin
SCREENSHOTS := found products product matches match-list batch-previewed
.DEFAULT_GOAL := help
.PHONY: help install up test check lock openapi schema bench-plans bench-staff bench-console bench-logins bench-hostile bench-fuzz bench-rolling bench-import bench-previews bench-history bench-upgrade bench-tasks bench-races bench-pair bench-backup bench soak prove-image screenshots format clean

help:            ## Print this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*##/\t/' | expand -t 12

install: .venv/app.done ## Install the locked packages and .venv/bin/pricebook

up: install      ## Run the whole system on http://127.0.0.1:8000
	$(BIN)/pricebook up

test: .venv/dev.done ## Run the tests on real PostgreSQL and Valkey, with branch coverage
	$(BIN)/coverage erase
	status=0; \
	env -u PYTHONDONTWRITEBYTECODE $(BIN)/coverage run -m pytest -n logical --maxprocesses 4 --dist loadfile --no-loadscope-reorder || status=$$?; \
	$(BIN)/coverage combine -q && $(BIN)/coverage report || status=1; \
	exit $$status

check: .venv/dev.done ## Check format, lint, types, import contracts and dependencies
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/basedpyright
	$(BIN)/lint-imports
	$(BIN)/pip check
	.ci/audit

screenshots: .venv/dev.done ## Take the screenshots of the documentation (needs Chromium)
	folder=$$(mktemp -d) && SCREENSHOTS=$$folder $(BIN)/pytest -n0 -q tests/e2e/test_console.py && \
	for name in $(SCREENSHOTS); do cp $$folder/$$name-1280-light.png docs/images/$$name.png; done && rm -r $$folder

format: .venv/dev.done ## Format the code and apply the fixes of ruff
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: .venv/dev.done ## Generate requirements/*.lock from pyproject.toml
	$(BIN)/pip install -q uv
	.ci/lock

openapi: install ## Generate docs/openapi.json from the routes
	$(BIN)/pricebook openapi > docs/openapi.json

schema: install  ## Generate db/migrations/schema.json from a migrated database
	$(BIN)/pricebook schema > src/pricebook/db/migrations/schema.new
	mv src/pricebook/db/migrations/schema.new src/pricebook/db/migrations/schema.json

bench-plans: install ## Measure the catalog queries at 10,000 and 500,000 products (five minutes)
	$(BIN)/python bench/plans.py

bench-staff: install ## Measure the staff queries at 500,000 products (ten minutes)
	$(BIN)/python bench/staff_plans.py

bench-console: .venv/dev.done ## Measure the pages of the console at 500,000 products (half an hour)
	$(BIN)/python bench/console_pages.py

bench-logins: .venv/dev.done ## Measure failed logins, and the catalog under many logins
	$(BIN)/python bench/logins.py

bench-tasks: .venv/dev.done ## Test tasks with killed workers, server restarts and a thousand tasks
	for part in kills redis postgres many limits; do $(BIN)/python bench/tasks.py $$part || exit 1; done

bench-hostile: .venv/dev.done ## Run attacks and measure another client meanwhile (five minutes)
	$(BIN)/python bench/hostile.py

bench-fuzz: .venv/dev.done ## Fuzz requests, forms, query strings and price lists (SECONDS=60 each, SEEDS=a folder)
	$(BIN)/python bench/fuzz.py all $(or $(SECONDS),60) $(SEEDS)

bench-rolling: .venv/dev.done ## Count failed requests during a rolling restart behind nginx (a minute)
	$(BIN)/python bench/rolling.py

bench-import: .venv/dev.done ## Measure the import of a million CSV and 200,000 xlsx rows (ten minutes)
	$(BIN)/python bench/import_speed.py

bench-previews: .venv/dev.done ## Measure previews of 200,000 CSV and xlsx rows (five minutes)
	$(BIN)/python bench/preview_speed.py

bench-history: .venv/dev.done ## Measure the price history at 100 million rows (35 GB, an hour)
	$(BIN)/python bench/price_history.py

bench-upgrade: .venv/dev.done ## Measure how long readers and writers wait for migrations (5 GB, fifteen minutes)
	$(BIN)/python bench/upgrade.py

bench-races: .venv/dev.done ## Link, decide, undo and import the same 1,000 items at once, ten rounds
	$(BIN)/pytest -n0 tests/matching/test_races.py --pairs 1000

bench: install   ## Compare the catalog with a baseline on Bun and Elysia (needs wrk and npm)
	cd bench/elysia && npm ci --silent --no-audit --no-fund
	$(BIN)/python bench/catalog.py $(QUICK)

bench-pair: install ## Compare the API of this checkout with that of OTHER=… (needs wrk; ten minutes)
	$(BIN)/python bench/pair.py $(OTHER) $(QUICK)

bench-backup: .venv/dev.done ## Back up under load, restore and compare (three minutes)
	$(BIN)/python bench/backup.py

soak: .venv/dev.done ## Load and fault tests (needs wrk; half an hour; QUICK=--quick)
	$(BIN)/python bench/soak.py $(QUICK)
	$(BIN)/python bench/faults.py $(QUICK)
	$(BIN)/python bench/hostile.py

prove-image: .venv/dev.done ## Build and run the image without Docker (root, debootstrap; ten minutes)
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
