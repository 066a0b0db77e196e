# make demo | test | test-oldest | test-deep | test-postgres | lint | docs | dist | scons | clean
# (make PYTHON=python3.13 test takes another interpreter)
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
OLDEST := .venv/$(VERSION)-oldest
RUNTIME := -e ./lite -e .[bps,images,plots,remote] "lsst-ctrl-mpexec >=30.0"

.PHONY: demo test test-oldest test-deep test-postgres lint docs dist scons clean

demo: $(READY)
	@$(BIN)/python examples/demo.py demo

test: $(READY)
	@$(BIN)/python -m pytest --quiet -n auto --dist loadscope --cov --cov-report= tests lite/tests
	@echo "coverage: $$($(BIN)/coverage report --format=total)% of the lines of python and lite/python"

# The same with the oldest dependencies that the two pyproject.toml declare.
test-oldest: $(OLDEST)/ready
	@$(MAKE) --no-print-directory VENV=$(OLDEST) test

# Random scenes against the reference, and mutated files: about half an hour on two cores.
test-deep: export IP_TEMPLATE_SCENES ?= 10000
test-deep: export IP_TEMPLATE_MUTATIONS ?= 20000
test-deep: $(READY)
	@$(BIN)/python -m pytest --quiet -n 2 tests/test_oracle.py lite/tests/test_fuzz.py
	@echo "$$IP_TEMPLATE_SCENES scenes and $$IP_TEMPLATE_MUTATIONS mutations: nothing found"

# The end-to-end test on a registry in PostgreSQL, on a server of its own that is gone afterwards.
test-postgres: $(VENV)/postgres
	@$(BIN)/python tests/postgresServer.py
	@$(BIN)/python -m pytest --quiet -rs tests/test_postgres.py

lint: $(READY)
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check . || { echo 'Format it with "$(BIN)/ruff format".' >&2; exit 1; }
	@$(BIN)/mypy --no-error-summary
	@echo "lint: nothing to complain about"

# With the notebook run on the repository of the demo, which is made if it is not there.
docs: $(VENV)/docs
	@[ -d demo/repo ] || $(BIN)/python examples/demo.py demo
	@IP_TEMPLATE_DEMO="$(CURDIR)/demo/repo" $(BIN)/sphinx-build -q -W --keep-going -d doc/_build/doctrees doc doc/_build/html
	@echo "The pages are in doc/_build/html/index.html"

# Wheels and sdists of both distributions, as an index would take them.
dist: $(VENV)/dist
	@rm -rf dist
	@for source in . lite; do $(BIN)/python -m build --outdir dist $$source > $(VENV)/build.log 2>&1 \
	    || { tail -n 20 $(VENV)/build.log >&2; exit 1; }; done
	@$(BIN)/twine check --strict dist/*

# The stack's own build; it lints, writes version.py and runs tests/.
scons: $(READY)
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/scons version="$$($(BIN)/lsst-version .)"

# Run pip or uv, whose output goes to a file; a dot for each package shows that it is not stuck.
define install
	@{ $(@D)/bin/python -m $(1) 2>&1; echo "exit code $$?"; } | tee $(@D)/install.log | awk \
	    '/^ *(Collecting|Building|Installing| \+) / { printf "."; fflush() } \
	    { last = $$0 } END { print ""; exit last != "exit code 0" }' \
	    || { tail -n 20 $(@D)/install.log >&2; echo "The whole output is in $(@D)/install.log" >&2; exit 1; }
endef

$(sort $(READY) $(OLDEST)/ready): pyproject.toml lite/pyproject.toml requirements.txt
	@echo "Setting up $(@D) with $(PYTHON) (once; one to three minutes)"
	@mkdir -p $(@D) || { echo "$(CURDIR) cannot be written to: copy the checkout to where you can write" >&2; exit 1; }
	@$(PYTHON) -m venv $(@D) \
	    || { echo "$(PYTHON) cannot make virtual environments; on Debian: apt install python3-venv" >&2; exit 1; }
	$(if $(filter $(OLDEST)/%,$@),$(call install,pip install uv))
	$(if $(filter $(OLDEST)/%,$@),$(call install,uv pip install --resolution lowest-direct $(RUNTIME)))
	$(call install,pip install -r requirements.txt)
	@touch $@

# What only some targets need is installed when they are first asked for.
$(VENV)/dist $(VENV)/docs $(VENV)/postgres: $(VENV)/%: $(READY)
	@echo "Adding to $(VENV) what \"make $(MAKECMDGOALS)\" needs (once)"
	$(call install,pip install -e '.[$*]')
	@touch $@

clean:
	@rm -rf .venv demo submit build dist lite/build doc/_build doc/lsst.ip.template/py-api \
	    .coverage* .hypothesis .mypy_cache .pytest_cache .ruff_cache .sconf_temp .sconsign.dblite config.log tests/.tests \
	    python/*.dist-info python/*.egg-info lite/python/*.egg-info python/lsst/ip/template/version.py
	@find . -name __pycache__ -prune -exec rm -rf {} +
