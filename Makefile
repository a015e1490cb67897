# Every chore of the project. The two that a newcomer needs: make run, make test.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: run test lint format demo screenshots benchmarks clean

run: .venv/run.stamp
	$(BIN)/python -m clnm_core serve

test: .venv/test.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python tests/ensure_chromium.py
	$(BIN)/pytest -n auto -m "not browser"
	$(BIN)/pytest -m browser

lint: .venv/test.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: .venv/test.stamp
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

demo: .venv/run.stamp
	$(BIN)/python -m clnm_core demo

screenshots: .venv/test.stamp
	$(BIN)/python docs/screenshots.py docs/img --page location --page performance --page case

benchmarks: .venv/test.stamp
	$(BIN)/python tests/ensure_chromium.py
	$(BIN)/python -m benchmarks.run

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis

.venv/run.stamp: requirements.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; set PYTHON=/path/to/python3.11")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

.venv/test.stamp: requirements-dev.txt .venv/run.stamp
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	touch $@
