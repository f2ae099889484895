# Two commands: `make demo` and `make test`. Each makes its own environment from the lock files.
VENV ?= .venv
BIN := $(VENV)/bin
FOUND := $(shell for p in $(PYTHON) python3.13 python3.12 python3.11 python3; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null \
	&& echo $$p && break; done)
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
SOURCES := $(shell find models qa_rules pipeline streaming benchmarks -name '*.py' 2>/dev/null)

.PHONY: help demo serve test test-torch lint browser-tools lock clean

help:
	@echo "make demo    start Cueline here and play the bundled calls"
	@echo "make test    install what the tests need, and run them"
	@echo "make lint    format, lint, types and import contracts"
	@echo "make lock    renew the lock files from pyproject.toml"

$(BIN)/python:
	@test -n "$(FOUND)" || { echo "Cueline needs Python 3.11, 3.12 or 3.13 on the PATH (or: make PYTHON=/path/to/python3.12 ...)"; exit 1; }
	@echo "making an environment in $(VENV) with $(FOUND)"
	@$(FOUND) -m venv $(VENV) || { rm -rf $(VENV); echo "On Debian: apt-get install python3-venv"; exit 1; }

$(VENV)/installed: $(BIN)/python requirements.lock pyproject.toml
	@echo "installing from requirements.lock (once)"
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/installed-for-tests: $(VENV)/installed requirements-test.lock
	@echo "installing from requirements-test.lock (once)"
	@$(PIP) install --require-hashes -r requirements-test.lock
	@touch $@

demo: $(VENV)/installed
	@$(BIN)/cueline demo $(ARGS)

serve: $(VENV)/installed
	@$(BIN)/cueline serve $(ARGS)

# Chromium, a speech synthesiser and sox are Debian's; without them the tests that need them skip.
browser-tools:
	@if command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
		for tool in chromium flite espeak-ng sox; do command -v $$tool >/dev/null || missing="$$missing $$tool"; done; \
		[ -z "$$missing" ] || { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing >/dev/null; }; \
	else \
		for tool in chromium flite espeak-ng sox; do command -v $$tool >/dev/null || echo "note: without $$tool some tests skip"; done; \
	fi

# A file's tests stay in one process. The browser's come after: Playwright keeps an event loop running
# on its thread, where others could not run theirs. Exit 5 says that ARGS chose no test there.
SPREAD ?= -n auto --dist loadfile
test: $(VENV)/installed-for-tests browser-tools
	@$(BIN)/pytest $(SPREAD) --ignore=tests/browser $(ARGS) || [ $$? -eq 5 ]
	@$(BIN)/pytest $(SPREAD) tests/browser $(ARGS) || [ $$? -eq 5 ]

# torch's CPU build is for the tests of the transformers engine only.
test-torch: $(VENV)/installed-for-tests
	@$(PIP) install torch==2.13.0 'transformers>=4.48'
	@$(BIN)/pytest $(SPREAD) -m torch tests/benchmarks tests/contract tests/models $(ARGS)

lint: $(VENV)/installed-for-tests
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

lock: $(BIN)/python
	@$(PIP) install uv
	@$(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --quiet -o requirements.lock
	@$(BIN)/uv pip compile pyproject.toml --extra test --universal --python-version 3.11 --generate-hashes --no-header --quiet -c requirements.lock -o requirements-test.lock

clean:
	rm -rf $(VENV) build dist *.egg-info
