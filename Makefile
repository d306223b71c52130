# Two commands on a fresh machine: `make up` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
JOBS ?= 2
PYTEST := $(BIN)/python -m pytest -q -n $(JOBS) --dist loadfile

.PHONY: up test check format lock bench bench-harm bench-law bench-ledger bench-evidence bench-detect bench-personal bench-label fuzz-label soak soak-evidence clean help

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(VENV)/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "hegui needs Python 3.11 or newer; set PYTHON=/path/to/python3.11"; exit 1; }
	@echo "setting up $(VENV) (first run only) …"
	@$(PYTHON) -m venv $(VENV) || { echo "on Debian or Ubuntu run: apt-get install python3-venv"; exit 1; }
	@touch $@

$(VENV)/.runtime: $(VENV)/.python requirements/runtime.lock pyproject.toml
	@$(PIP) install --require-hashes --no-deps -r requirements/runtime.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime requirements/dev.lock
	@$(PIP) install --require-hashes --no-deps -r requirements/dev.lock
	@touch $@

up: $(VENV)/.runtime ## set up and start hegui on this machine; UPSTREAM=http://host:port/v1 puts it before a model
	@exec $(BIN)/hegui up $(if $(UPSTREAM),--upstream $(UPSTREAM)) $(if $(PORT),--port $(PORT))

test: $(VENV)/.dev ## every check that CI runs
	@tools/system-programs.sh
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(PYTEST) -m "not slow"

check: test ## the same as test

soak: $(VENV)/.dev ## long property and fuzz runs
	@tools/system-programs.sh
	HYPOTHESIS_PROFILE=soak $(PYTEST)

bench: $(VENV)/.dev ## direct, nginx and hegui in one run (needs nginx and gcc)
	$(BIN)/python bench/gateway/run.py

bench-law: $(VENV)/.dev ## an answer of the law: assessing, questions, reading, the process
	$(BIN)/python bench/law/run.py

bench-harm: $(VENV)/.dev ## the harm model: 1,000 Chinese characters, a streamed token, loading
	$(BIN)/python bench/detect/harm.py

bench-ledger: $(VENV)/.dev ## appends into a folder, proofs, the stand-alone verifier
	$(BIN)/python bench/ledger/run.py

bench-label: $(VENV)/.dev ## labels: small files of every format; large films beside a plain copy, exiftool and ffmpeg
	$(BIN)/python bench/label/run.py $(ARGS)

fuzz-label: $(VENV)/.dev ## broken files for every codec, SECONDS=1800 in all (pip install atheris for guidance by coverage)
	$(BIN)/python tests/label/fuzz.py --seconds $(or $(SECONDS),1800) $(ARGS)

bench-detect: $(VENV)/.dev ## lexicon, personal information and harm model together (ARGS="--peers" adds Presidio and LLM Guard)
	$(BIN)/python bench/detect/all.py $(ARGS)

bench-personal: $(VENV)/.dev ## personal information: whole texts, streamed tokens, masking
	$(BIN)/python bench/detect/personal.py

bench-evidence: $(VENV)/.dev ## from the spool into database and ledger
	$(BIN)/python bench/evidence/moving.py

soak-evidence: $(VENV)/.dev ## twenty minutes at a steady rate: memory, and nothing lost or doubled
	$(BIN)/python bench/evidence/soak.py

format: $(VENV)/.dev ## format and mend what can be mended
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: $(VENV)/.dev ## lock the dependencies again, with hashes
	$(BIN)/uv pip compile --universal --generate-hashes --no-header --no-annotate -q --extra build --extra marks pyproject.toml -o requirements/runtime.lock
	$(BIN)/uv pip compile --universal --generate-hashes --no-header --no-annotate -q --extra dev -c requirements/runtime.lock pyproject.toml -o requirements/dev.lock

clean: ## remove the environment and the caches, keep state/
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
