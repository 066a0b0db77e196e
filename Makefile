# make demo | test | lint | scons | clean      (PYTHON=python3.13 chooses the interpreter)
PYTHON ?= python3
SHELL := /bin/bash

.PHONY: demo test lint scons clean

# One environment for each interpreter version, so that "make PYTHON=python3.13 test" leaves the others alone.
VERSION := $(shell $(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)
OLD := $(shell $(PYTHON) -c 'import sys; print(int(sys.version_info < (3, 11)))' 2>/dev/null)
VENV := .venv/$(VERSION)
BIN := $(VENV)/bin
READY := $(VENV)/ready

ifneq ($(OLD),0)
ifneq ($(MAKECMDGOALS),clean)
$(error "$(PYTHON)" is $(if $(VERSION),Python $(VERSION),not there); Python 3.11 or newer is needed: make PYTHON=python3.11 $(MAKECMDGOALS))
endif
endif

$(READY): pyproject.toml lite/pyproject.toml requirements.txt
	@echo "setting up $(VENV) (a few minutes, once) ..."
	@$(PYTHON) -m venv $(VENV) || { echo "python's venv module does not work; on Debian: apt install python3-venv" >&2; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt \
	    || { echo "pip could not install the packages: see above; is the package index reachable?" >&2; exit 1; }
	@touch $@

test: $(READY)
	@$(BIN)/python -m pytest --quiet -n auto tests lite/tests

lint: $(READY)
	@$(BIN)/ruff check --quiet .
	@$(BIN)/flake8 python tests lite benchmarks

scons: $(READY)
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/scons

clean:
	@rm -rf .venv demo build .pytest_cache .hypothesis .ruff_cache tests/.tests
