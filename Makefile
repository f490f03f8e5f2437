# make help lists what there is. Only Python 3.10 to 3.13 and make are needed.

# Another interpreter: make demo PYTHON=python3.12
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python3.10; do \
    $$p -c '$(SUPPORTED)' 2>/dev/null && echo $$p && break; done)
SUPPORTED = import sys; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 13))

VENV   := .venv
RUN    := $(VENV)/bin/python
DBT    := $(VENV)/bin/dbt
# Named for the content of the lock files: the second time there is nothing to do,
# and another commit's lock file is installed without being asked for.
RUNTIME := $(VENV)/.runtime-$(shell cksum < requirements/runtime.txt | tr ' ' '-')
DEV     := $(VENV)/.dev-$(shell cksum < requirements/dev.txt | tr ' ' '-')
# Of the scripts that make benchmarks compares with: apart, no runtime package.
BENCHMARKS := $(VENV)/benchmarks/.ready-$(shell cksum < requirements/benchmarks.txt | tr ' ' '-')
PACKAGES := dbt_packages/.ready

# A person's pip settings must not decide where or how the project is installed.
export PIP_USER := 0
export PIP_USE_PEP517 := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_REQUIRE_VIRTUALENV := 0
unexport PYTHONHOME PYTHONPATH
MAKEFLAGS += --no-print-directory

# Order lines of make benchmarks.
SIZES  := 1000000
# Engine of make million and make maintain.
TARGET := embedded
# How far back make maintain keeps snapshots.
RETENTION := 7d

SECONDS   := 60
DEMO_FROM := 2026-01-01
DEMO_TO   := 2026-01-03
# Business date of make benchmark-trino.
DATE      := 2026-01-02

.DEFAULT_GOAL := help
# Installing comes first, then what runs in it; the recipes themselves use both cores.
.NOTPARALLEL:
.PHONY: help setup demo test test-crashes test-stack test-stack-long test-tls
.PHONY: fuzz benchmark benchmarks benchmark-generate benchmark-trino million maintain lint
.PHONY: evaluate docs db-up db-down lock clean
.PHONY: stack-up stack-down stack-status stack-logs

help: ## List the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-19s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(DEV) $(PACKAGES) ## Install everything, for work on the project
	@echo "Ready: . $(VENV)/bin/activate"

demo: $(RUNTIME) $(PACKAGES) ## Three business dates of made-up data, end to end
	@$(RUN) -m ingestion generate --from $(DEMO_FROM) --to $(DEMO_TO) \
	    --returns 0.01 --cancelled 0.01
	@$(RUN) -m ingestion master load --from demo/master
	@$(RUN) run_batch.py --from $(DEMO_FROM) --to $(DEMO_TO)
	@echo
	@echo "Where to look:"
	@echo "  lake/output/supplier_orders/$(DEMO_FROM)/   an order per supplier, and the manifest"
	@echo "  lake/output/exceptions/$(DEMO_FROM).csv     what was not ordered, or looks wrong"
	@echo "  reports/$(DEMO_TO)/quality.html         what came in, and what to decide: open it in a browser"
	@echo "  lake/quarantine/                          refused files and rows, with the reason"
	@echo "  inbox/                                    what shops and warehouses dropped"

test: $(DEV) $(PACKAGES) ## Every test that needs only Python
	@$(RUN) -m pytest --numprocesses auto --dist loadfile $(PYTEST)

test-crashes: $(DEV) $(PACKAGES) ## Kill runs at hundreds of points and run them again (long)
	@CRASH_POINTS=1000,200 $(RUN) -m pytest tests/python/test_crashes.py $(PYTEST)

test-stack: $(DEV) $(PACKAGES) ## The tests on real servers: Trino, HDFS, metastore (needs Maven)
	@$(RUN) -m pytest tests/stack -m 'not long' --ignore tests/stack/test_tls.py $(PYTEST)

test-stack-long: $(DEV) $(PACKAGES) ## Kill runs on Trino, and services; replay a month (an hour)
	@$(RUN) -m pytest tests/stack -m long --ignore tests/stack/test_tls.py $(PYTEST)

test-tls: $(DEV) $(PACKAGES) ## The tests of the stack's TLS profile
	@$(RUN) -m pytest tests/stack/test_tls.py $(PYTEST)

million: $(RUNTIME) $(PACKAGES) ## A night of a million order lines; TARGET=trino: on a stack of its own
	@TARGET=$(TARGET) PATH="$(CURDIR)/$(VENV)/bin:$$PATH" benchmarks/million.sh

fuzz: $(DEV) ## Damage dirty files for the gate: make fuzz SECONDS=600
	@$(RUN) tests/python/fuzz_gate.py --seconds $(SECONDS)

benchmark: $(DEV) ## How fast the gate is, against DuckDB, and what memory 5 GB take
	@$(RUN) benchmarks/gate_speed.py
	@$(RUN) benchmarks/gate_memory.py

benchmark-generate: $(RUNTIME) ## How many made-up order lines are written a second
	@$(RUN) benchmarks/generator_speed.py

benchmarks: $(DEV) $(PACKAGES) $(BENCHMARKS) ## The night against scripts in DuckDB, Polars, pandas: SIZES="..."
	@$(RUN) -m benchmarks.night.compare $(SIZES) && $(RUN) -m benchmarks.night.page

benchmark-trino: $(RUNTIME) $(PACKAGES) ## What dbt adds to its bare SQL on the stack that is up, for DATE=...
	@. .state/stack/env && $(RUN) -m benchmarks.trino_statements --date $(DATE)

lint: $(DEV) $(PACKAGES) ## Read everything with every linter, and parse for both engines
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/mypy
	@$(VENV)/bin/sqlfluff lint --disable-progress-bar models tests/assertions analyses
	@$(VENV)/bin/yamllint --strict .
	@$(VENV)/bin/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	@$(VENV)/bin/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml
	@$(VENV)/bin/hadolint stack/Dockerfile
	@$(DBT) --quiet --warn-error parse --no-partial-parse --target embedded --target-path .state/lint
	@$(DBT) --quiet --warn-error parse --no-partial-parse --target trino --target-path .state/lint

evaluate: $(DEV) ## dbt_project_evaluator on a copy; without the hub EVALUATOR=DIR DBT_UTILS=DIR
	@EVALUATOR=$(EVALUATOR) DBT_UTILS=$(DBT_UTILS) .ci/evaluate

docs: $(RUNTIME) $(PACKAGES) ## The models, their columns and lineage, as a page under target/
	@$(DBT) --quiet docs generate --static --vars '{run_date: $(DEMO_FROM)}'
	@echo "Open target/static_index.html"

db-up: $(RUNTIME) ## Start the project's PostgreSQL and leave it running
	@$(RUN) -m ingestion db up

db-down: $(RUNTIME) ## Stop the project's PostgreSQL
	@$(RUN) -m ingestion db down

stack-up: $(RUNTIME) $(PACKAGES) ## Start Trino, HDFS, the metastore and PostgreSQL
	@$(RUN) -m stack.launcher up

stack-down: $(RUNTIME) ## Stop them; their data stays
	@$(RUN) -m stack.launcher down

stack-status: $(RUNTIME) ## What is up, and where its web page is
	@$(RUN) -m stack.launcher status

stack-logs: $(RUNTIME) ## The end of every log
	@$(RUN) -m stack.launcher logs

maintain: $(RUNTIME) $(PACKAGES) ## Join small files, drop old snapshots: TARGET=trino RETENTION=7d
	@$(DBT) --quiet run-operation maintain_tables --target $(TARGET) \
	    --args '{retention: $(RETENTION)}'

lock: $(DEV) ## Lock requirements/*.in anew (for maintainers)
	@for k in dev runtime benchmarks; do $(VENV)/bin/uv pip compile --quiet --universal \
	    --python-version 3.10 --generate-hashes --no-emit-index-url --no-strip-extras \
	    --custom-compile-command "make lock" $$([ $$k = dev ] || echo -c requirements/dev.txt) \
	    requirements/$$k.in -o requirements/$$k.txt || exit; done

clean: ## Remove what a checkout made, but not inbox/, lake/ and .state/
	@rm -rf $(VENV) target logs dbt_packages demo reports big
	@rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis
	@find ingestion stack tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(DEV): | $(RUN)
	@echo "Installing (for development; once, about a minute) ..."
	@$(RUN) -m pip install --quiet --require-hashes -r requirements/dev.txt
	@rm -f $(VENV)/.dev-* $(VENV)/.runtime-*
	@touch $@ $(RUNTIME)

$(RUNTIME): | $(RUN)
	@echo "Installing (once, about a minute) ..."
	@$(RUN) -m pip install --quiet --require-hashes -r requirements/runtime.txt
	@rm -f $(VENV)/.dev-* $(VENV)/.runtime-*
	@touch $@

$(BENCHMARKS): | $(RUN)
	@$(RUN) -m venv --clear $(VENV)/benchmarks
	@$(VENV)/benchmarks/bin/python -m pip install --quiet --require-hashes -r requirements/benchmarks.txt
	@touch $@

# dbt deps empties the folder, and so the stamp goes with what it stands for.
$(PACKAGES): packages.yml package-lock.yml $(wildcard ingestion/setup/dbt_utils/*/*)
	@$(RUN) -m ingestion.setup
	@touch $@

# An interpreter that was updated away leaves a dangling link, which make sees as absent.
$(RUN):
	@p="$(PYTHON)"; $${p:-false} -c '$(SUPPORTED)' 2>/dev/null || { \
	    echo "error: Python 3.10 to 3.13 is needed: install one, or name it: make PYTHON=/path/to/python3.12" >&2; exit 2; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
	    echo "error: $(PYTHON) has no venv module: install it (Debian: python3-venv), or make PYTHON=/path/to/another" >&2; exit 2; }
	@$(PYTHON) -m venv --clear $(VENV)
