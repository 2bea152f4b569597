# The one way to set up, check, test and show tiendo. Every target makes the environment it needs;
# nothing but Python 3.11+ and make has to be there before, and nothing outside this directory is installed.
SHELL := /bin/sh
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
PEERS_READY := .venv-peers/.ready
PYTEST := $(BIN)/python -m pytest
# What a release is: the wheel, with the engine compiled where there is a C compiler. Tests and benchmarks come from here, the rest from it.
RELEASED := .venv-release/.ready
COMPILES := $(shell command -v cc >/dev/null && $(PYTHON) -c 'import os, sysconfig; os.stat(sysconfig.get_path("include") + "/Python.h")' 2>/dev/null && echo true || echo false)
RELEASE := PYTHONSAFEPATH=1 TIENDO_TEST_RELEASE=$(if $(filter true,$(COMPILES)),compiled,sources) .venv-release/bin/python
NO_COMPILER := No C compiler with Python's headers (Debian: apt-get install gcc libc6-dev python3-dev)
PACKAGES := $(shell find models sinks streams -type f -not -path '*/__pycache__/*')
# What computes takes every core. What starts services mostly waits for them: two sessions, each with a Kafka and a Postgres of its own.
CORES := --numprocesses auto
SERVICES := --numprocesses 2 --dist worksteal

.DEFAULT_GOAL := help
.PHONY: help setup release check lint quick format docs test chaos chaos-long demo bench bench-agency bench-memory peers lock lock-peers

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

release: $(RELEASED)  ## Make the wheel as it is shipped, and an environment of it in .venv-release: two minutes, once

$(RELEASED): $(READY) $(PACKAGES) pyproject.toml deploy/compiling.py
	@if [ "$(COMPILES)" = true ]; then echo "Compiling the engine (two minutes) ..." >&2; \
	elif [ "$$CI" = true ]; then echo "$(NO_COMPILER)" >&2; exit 1; \
	else echo "$(NO_COMPILER): the release is made of the sources as they are" >&2; fi
	@rm -rf .venv-release && $(PYTHON) -m venv .venv-release
	@HATCH_BUILD_HOOK_ENABLE_CUSTOM=$(COMPILES) \
	  $(BIN)/python -m hatchling build --target wheel --directory .venv-release/dist >.venv-release/build.log 2>&1 \
	  || { tail -n 40 .venv-release/build.log >&2; exit 1; }
	@.venv-release/bin/python -m pip install --quiet --disable-pip-version-check --no-deps .venv-release/dist/*.whl
	@# After the wheel's own packages: the dependencies, and the checkout for its tests.
	@printf '%s\n' "$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')" "$(CURDIR)" \
	  > "$$(.venv-release/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/beside.pth"
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

test: $(READY) $(RELEASED)  ## Everything, with real services: a quarter of an hour
	$(PYTEST) $(CORES) tests/unit tests/architecture
	$(RELEASE) -m pytest $(CORES) -o pythonpath=deploy/agency-sdk tests/property tests/architecture/test_release.py
	$(PYTEST) $(SERVICES) tests/integration

chaos: $(RELEASED)  ## Kill, freeze, cut and stop everything while events flow, then compare every row: about six minutes
	@$(RELEASE) -m tests.chaos

chaos-long: $(RELEASED)  ## The same with 200 kills over a million events, and a report: about an hour
	@$(RELEASE) -m tests.chaos --form long

demo: $(READY)  ## Watch the plans of five provinces move
	@$(BIN)/tiendo demo

bench: $(RELEASED)  ## Measure against the ceiling of the same run
	@$(RELEASE) -m tests.bench

bench-agency: $(READY)  ## Measure the agencies' package against librdkafka alone: a minute
	@PYTHONPATH=deploy/agency-sdk $(BIN)/python -m tests.bench.sdk

bench-memory: $(RELEASED)  ## See a worker's memory stay flat over a million subjects: some minutes
	@$(RELEASE) -m tests.bench.memory

peers: $(RELEASED) $(PEERS_READY)  ## Let Faust, Quix Streams and Kafka Streams do the same work: half an hour
	@$(RELEASE) -m tests.bench.peers

$(PEERS_READY): tests/bench/peers/requirements.txt
	@$(PYTHON) -m venv .venv-peers
	@.venv-peers/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r $<
	@touch $@

SOLVE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --only-binary :all: \
  --custom-compile-command "make lock"

lock: $(READY)  ## Solve the dependencies anew: what runs, what builds the wheel, what develops
	$(SOLVE) pyproject.toml --output-file requirements.lock
	$(SOLVE) pyproject.toml --group build --output-file requirements-build.lock
	$(SOLVE) pyproject.toml --group dev --output-file requirements-dev.lock

lock-peers: $(READY)  ## Solve what the peers need, apart from all else
	$(subst make lock,make lock-peers,$(SOLVE)) tests/bench/peers/requirements.in --output-file tests/bench/peers/requirements.txt
