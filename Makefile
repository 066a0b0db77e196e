# make demo | test | lint | scons | clean      (make PYTHON=python3.13 test takes another interpreter)
PYTHON ?= python3
VERSION := $(shell $(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)
SUPPORTED := $(shell $(PYTHON) -c 'import sys; print("yes" if sys.version_info >= (3, 11) else "no")' 2>/dev/null)

ifeq ($(filter clean,$(MAKECMDGOALS)),)
ifneq ($(SUPPORTED),yes)
$(error $(PYTHON) is $(or $(VERSION),not there), and Python 3.11 or newer is needed: try "make PYTHON=python3.12 $(MAKECMDGOALS)")
endif
endif

# One environment for each Python version, so that trying another one leaves the first as it is.
VENV := .venv/$(VERSION)
BIN := $(VENV)/bin
READY := $(VENV)/ready
LOG := $(VENV)/install.log

.PHONY: demo test lint scons clean

demo: $(READY)
	@$(BIN)/python examples/demo.py demo

test: $(READY)
	@$(BIN)/python -m pytest --quiet -n auto --dist loadscope tests lite/tests

lint: $(READY)
	@$(BIN)/ruff check --quiet .
	@$(BIN)/flake8 python tests lite examples benchmarks
	@echo "lint: nothing to complain about"

# The stack's own build; it lints, writes version.py and runs tests/.
scons: $(READY)
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/scons

$(READY): pyproject.toml lite/pyproject.toml requirements.txt
	@echo "Setting up $(VENV) with $(PYTHON) (once; one to three minutes) ..."
	@$(PYTHON) -m venv $(VENV) \
	    || { echo "$(PYTHON) cannot make virtual environments; on Debian: apt install python3-venv" >&2; exit 1; }
	@$(BIN)/python -m pip install -r requirements.txt > $(LOG) 2>&1 \
	    || { tail -n 20 $(LOG) >&2; echo "pip failed; its whole output is in $(LOG)" >&2; exit 1; }
	@touch $@

clean:
	@rm -rf .venv demo build .pytest_cache .hypothesis .ruff_cache tests/.tests python/*.dist-info .sconsign.dblite
