# The one way to set up, check, test and show tiendo. Every target makes the environment it needs;
# nothing but Python 3.11+ and make has to be there before, and nothing outside this directory is installed.
SHELL := /bin/sh
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
PEERS_READY := .venv-peers/.ready
PYTEST := $(BIN)/python -m pytest
# What computes takes every core. What starts services mostly waits for them: two sessions, each with a Kafka and a Postgres of its own.
CORES := --numprocesses auto
SERVICES := --numprocesses 2 --dist worksteal

.DEFAULT_GOAL := help
.PHONY: help setup check lint quick format docs test chaos chaos-long demo bench bench-agency bench-memory peers lock lock-peers

help:  ## Show the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' Makefile

setup: $(READY)  ## Make the environment in .venv from the lock file

$(READY): requirements-dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "$(PYTHON) is older than 3.11: name a newer one, make PYTHON=python3.11 ..." >&2; exit 1; }
	@echo "Setting up .venv (about a minute, once) ..." >&2
	@$(PYTHON) -m venv .venv \
	  || { echo "the venv module is missing: install it (Debian: apt-get install python3-venv)" >&2; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-dev.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@# Where PYTHONDONTWRITEBYTECODE is set, every process would compile all that it imports: three seconds each.
	@$(BIN)/python -m compileall -qq -j 0 .venv/lib models sinks streams tests || true
	@touch $@

check: $(READY)  ## Lint, types, layers, unit and quick property tests: under a minute
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=target lint quick

lint: $(READY)
	$(BIN)/ruff check
	$(BIN)/ruff format --check --quiet
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

quick: $(READY)
	TIENDO_TEST_EXAMPLES=0.1 $(PYTEST) $(CORES) -q tests/unit tests/architecture tests/property -m "not slow and not integration"

format: $(READY)  ## Mend what can be mended without thinking
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

docs: $(READY)  ## Write anew what is made from the code: pages of the plans, schemas, references
	@$(BIN)/python -m streams.documents

test: $(READY)  ## Everything, with real services: a quarter of an hour
	$(PYTEST) $(CORES) tests/unit tests/architecture tests/property
	$(PYTEST) $(SERVICES) tests/integration

chaos: $(READY)  ## Kill, freeze, cut and stop everything while events flow, then compare every row: about six minutes
	@$(BIN)/python -m tests.chaos

chaos-long: $(READY)  ## The same with 200 kills over a million events, and a report: about an hour
	@$(BIN)/python -m tests.chaos --form long

demo: $(READY)  ## Watch the plans of five provinces move
	@$(BIN)/tiendo demo

bench: $(READY)  ## Measure against the ceiling of the same run
	@$(BIN)/python -m tests.bench

bench-agency: $(READY)  ## Measure the agencies' package against librdkafka alone: a minute
	@PYTHONPATH=deploy/agency-sdk $(BIN)/python -m tests.bench.sdk

bench-memory: $(READY)  ## See a worker's memory stay flat over a million subjects: some minutes
	@$(BIN)/python -m tests.bench.memory

peers: $(READY) $(PEERS_READY)  ## Let Faust, Quix Streams and Kafka Streams do the same work: half an hour
	@$(BIN)/python -m tests.bench.peers

$(PEERS_READY): tests/bench/peers/requirements.txt
	@$(PYTHON) -m venv .venv-peers
	@.venv-peers/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r $<
	@touch $@

SOLVE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --only-binary :all: \
  --custom-compile-command "make lock"

lock: $(READY)  ## Solve the dependencies anew: what runs, what builds the wheel, what develops
	$(SOLVE) pyproject.toml --output-file requirements.lock
	$(SOLVE) --group build --output-file requirements-build.lock
	$(SOLVE) pyproject.toml --group dev --output-file requirements-dev.lock

lock-peers: $(READY)  ## Solve what the peers need, apart from all else
	$(subst make lock,make lock-peers,$(SOLVE)) tests/bench/peers/requirements.in --output-file tests/bench/peers/requirements.txt
