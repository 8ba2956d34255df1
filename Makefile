# Two commands on a fresh machine with Python 3.11+ and make: make demo, make test.
PYTHON ?= python3
BIN := .venv/bin
PORT ?= 8000
SANDBOX_PORT ?= 8100
NMBRS_PORT ?= 8200
TEMPLATES := src/tilisilta/web/templates

.PHONY: demo test check audit format translations lock benchmarks mutants clean

demo: .venv/base
	$(BIN)/tilisilta demo --port $(PORT) --sandbox-port $(SANDBOX_PORT) --nmbrs-port $(NMBRS_PORT)

test: .venv/dev
	$(BIN)/python tools/translations.py compile
	$(BIN)/python tools/run_tests.py

check: .venv/dev
	$(BIN)/python tools/translations.py compile
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	find $(TEMPLATES) -name '*.html' -exec $(BIN)/djade --target-version 5.2 --check {} +
	$(BIN)/djhtml --tabwidth 2 --check $(TEMPLATES)
	$(BIN)/python tools/templates.py
	$(BIN)/python tools/missing_migrations.py
	$(BIN)/python tools/translations.py check

# Needs nodejs, npm and chromium. Some pages alone: make audit PAGES="journal import"
audit: .venv/dev
	$(BIN)/python tools/translations.py compile
	$(BIN)/python -m tests.audit $(PAGES)

format: .venv/dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	find $(TEMPLATES) -name '*.html' -exec $(BIN)/djade --target-version 5.2 {} + || true
	$(BIN)/djhtml --tabwidth 2 $(TEMPLATES)

# Takes up new texts into the translation files; then translate them there.
translations: .venv/dev
	$(BIN)/python tools/translations.py update

lock: .venv/dev
	for list in uv base dev mutants; do \
	  $(BIN)/uv pip compile --quiet --upgrade --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --no-header requirements/$$list.in -o requirements/$$list.txt || exit 1; \
	done

benchmarks: .venv/dev
	for program in benchmarks/*.py; do echo "== $$program"; $(BIN)/python $$program || exit 1; done

# Takes forty minutes for all rules; some of them: make mutants MUTANTS='tilisilta.domain.links.*'
mutants: .venv/dev
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/mutants.txt
	$(BIN)/mutmut run --max-children 2 $(foreach name,$(MUTANTS),'$(name)')
	$(BIN)/mutmut results

clean:
	rm -rf .venv demo-data mutants .audit

# Installed anew when the translations change, as installing compiles them.
.venv/base: requirements/base.txt requirements/uv.txt pyproject.toml $(wildcard src/tilisilta/locale/*/LC_MESSAGES/django.po)
	$(PYTHON) tools/install.py base
	@touch $@

# The tests' requirements contain those of the product.
.venv/dev: requirements/dev.txt requirements/uv.txt pyproject.toml
	$(PYTHON) tools/install.py dev
	@touch .venv/base $@
