# Everything that a person runs. The first target answers a bare `make`.

PYTHON ?=
PORT ?= 8000
QUESTIONS ?= 1000
# Not from the environment, where HOST often says which machine this is.
HOST = 127.0.0.1

export PYTHON
PY := .venv/bin/python
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard ask/locale/*/LC_MESSAGES/*.po))
TEST_PACKAGES := postgresql chromium gettext cron

.NOTPARALLEL:
.PHONY: help setup run test test-long check lint types contracts migrations deployable format lock \
	bench-pages bench-counters bench-writes bench-import bench-cron bench-mail pictures \
	run-environment dev-environment

help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 24

setup: run-environment $(CATALOGUES) ## Prepare .venv; PYTHON= names the Python to use

run: setup ## Serve the site; PORT=, HOST=, DUMP=path/to/site.7z, QUESTIONS= of the sample
	@exec $(PY) manage.py run --host "$(HOST)" --port "$(PORT)" --questions "$(QUESTIONS)" \
		$(if $(DUMP),--dump "$(DUMP)")

test: dev-environment $(CATALOGUES) ## Run every test, on SQLite and on PostgreSQL; ARGS= for pytest
	@sh requirements/debian.sh --install $(TEST_PACKAGES)
	@$(PY) -m tests.services.both -- $(PY) -m pytest -rfEs $(ARGS)

test-long: dev-environment $(CATALOGUES) ## Run the long trials; ARGS= for pytest
	@sh requirements/debian.sh --install $(TEST_PACKAGES)
	@$(PY) -m tests.services.both -- $(PY) -m pytest -rfEs -m long $(ARGS)

check: lint types contracts migrations deployable ## Check all that needs no tests

lint: dev-environment ## Lint, and compare the format
	@$(PY) -m ruff check
	@$(PY) -m ruff format --check

types: dev-environment ## Check types
	@$(PY) -m mypy

contracts: dev-environment ## Check that imports go down only
	@.venv/bin/lint-imports

migrations: dev-environment ## Check that every change of a model has its migration
	@$(PY) -m tests.services.sqlite -- $(PY) manage.py makemigrations --check --dry-run

deployable: dev-environment ## Check the settings as a site on the internet would have them
	@SECRET_KEY="$$($(PY) -c 'import secrets; print(secrets.token_urlsafe(50))')" \
		HTTPS=on SITE_URL=https://ask.example ALLOWED_HOSTS=ask.example \
		$(PY) -m tests.services.sqlite -- $(PY) manage.py check --deploy --fail-level WARNING

format: dev-environment ## Format the code, and mend what can be mended
	@$(PY) -m ruff check --fix
	@$(PY) -m ruff format

bench-pages: dev-environment ## Time pages on sites of several sizes; ARGS="--sizes=1000,10000"
	@$(PY) -m tests.services.postgresql --durable -- $(PY) -m benchmarks.pages $(ARGS)

bench-counters: dev-environment ## Time recount and calc_best; ARGS="--posts=20000 --votes=200000"
	@$(PY) -m tests.services.postgresql --durable -- $(PY) -m benchmarks.counters $(ARGS)

bench-writes: dev-environment ## Time questions, answers, comments, votes; ARGS="--questions=1000 --seconds=5"
	@$(PY) -m tests.services.postgresql --durable -- $(PY) -m benchmarks.writes $(ARGS)

bench-import: dev-environment ## Time imports beside a bare copy; DUMP=path/to/site.7z, ARGS="--rounds=3"
	@$(PY) -m tests.services.postgresql --durable -- $(PY) -m benchmarks.importing \
		$(if $(DUMP),--dump "$(DUMP)") $(ARGS)

bench-cron: dev-environment ## Time the clock beside Debian's cron, as root; ARGS="--parts=starts,runs"
	@sh requirements/debian.sh --install postgresql cron
	@$(PY) -m tests.services.postgresql --durable -- $(PY) -m benchmarks.cron $(ARGS)

pictures: dev-environment $(CATALOGUES) ## Draw the pictures of docs/jobs.md anew
	@sh requirements/debian.sh --install chromium
	@$(PY) -m tests.services.sqlite -- $(PY) -m tests.browser.pictures

bench-mail: dev-environment ## Time digests to 100,000 people; ARGS="--recipients=10000"
	@$(PY) -m tests.services.postgresql --durable -- $(PY) -m benchmarks.mail $(ARGS)

lock: ## Pin the dependencies of pyproject.toml anew; ARGS=--upgrade for newer versions
	@sh requirements/lock.sh $(ARGS)

run-environment:
	@sh requirements/venv.sh run

dev-environment:
	@sh requirements/venv.sh --install dev

$(CATALOGUES): %.mo: %.po
	@.venv/bin/pybabel --quiet compile --input-file $< --output-file $@
