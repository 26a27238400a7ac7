# Everything is made by this file: `make try` runs the main job, `make test` passes the tests.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed

.PHONY: help try lint check test fuzz kill bench format proto docs captures clean

help:            ## Say what each target does.
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

# Compiled here, since Python may be told to write no bytecode: then every start would compile.
$(STAMP): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@$(BIN)/python -m compileall -q src
	@touch $(STAMP)

try: $(STAMP)    ## Install, run the example's benchmarks, ask SQL about every sample.
	@sh examples/try.sh $(BIN)

lint: $(STAMP)   ## Format, lint, types, layers.
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	PATH=$(BIN):$$PATH buf lint
	$(BIN)/mypy --no-error-summary
	$(BIN)/lint-imports --no-logo > $(VENV)/lint-imports.log || (cat $(VENV)/lint-imports.log; exit 1)

check: lint      ## That and the fast tests: before each commit.
	$(BIN)/python -m pytest -q -n auto -m 'not slow'

test: lint       ## Everything: what continuous integration runs.
	$(BIN)/python -m pytest -q -n auto

fuzz: $(STAMP)   ## 10 000 mutations per reader.
	BENCHHUB_MUTATIONS=10000 $(BIN)/python -m pytest -q tests/frameworks -k mutat

kill: $(STAMP)   ## 200 times `kill -9` of a run, 50 times of a server, at random moments.
	BENCHHUB_KILLS=200 $(BIN)/python -m pytest -q tests/stories/test_killed.py
	BENCHHUB_SERVER_KILLS=50 $(BIN)/python -m pytest -q tests/server/test_killed.py

bench: $(STAMP)  ## Speed, size and memory, measured; no test asserts a time.
	@$(BIN)/python -m compileall -q src
	$(BIN)/python -m bench

format: $(STAMP) ## Write the format.
	$(BIN)/ruff format --quiet .
	$(BIN)/ruff check --quiet --fix .

proto: $(STAMP)  ## Write src/benchhub/rpc/v1 from proto/.
	PATH=$(BIN):$$PATH buf generate

docs: $(STAMP)   ## Write the generated reference pages.
	$(BIN)/python -m docs.generate

captures: $(STAMP)  ## Play docs/captures in real terminals.
	@$(BIN)/python -m docs.capture

clean:           ## Remove what make made.
	rm -rf $(VENV) .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis
