# The one list of commands.  `make` alone prints it.
#
# Needs Python 3.11 or later with venv, and make.  Everything else is fetched once, from the
# lock file, into .tools and .venv.

UV_VERSION := 0.13.9
UV := $(shell command -v uv 2>/dev/null || echo .tools/bin/uv)
RUN := $(UV) run --locked
ARGS ?=
SEEDS ?= 200
FROM ?= 0
LONG ?=
export LONG

.DEFAULT_GOAL := help
.PHONY: help demo test check format docs simulate bench rule acceptance interop

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-22s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(UV) ## three parties on this computer, one real case, end to end (ARGS=--once stops afterwards)
	@$(UV) run --locked --quiet --no-default-groups comity demo $(ARGS)

test: $(UV) ## every test, import rules included; one line for each thing skipped (LONG=1 skips nothing)
	@$(RUN) --quiet pytest -q -rs -n 2 --dist loadfile $(ARGS)

check: $(UV) ## format, lint, imports, types
	$(RUN) ruff format --check
	$(RUN) ruff check
	$(RUN) lint-imports --no-cache
	$(RUN) mypy

format: $(UV) ## put the format right
	$(RUN) ruff format
	$(RUN) ruff check --fix

docs: $(UV) ## make from the code what docs/ says of it (rules, errors, limits, examples); the tests fail when they are stale
	@PYTHONPATH=tests $(RUN) --quiet python -m architecture.reference

simulate: $(UV) ## twelve nodes, two of them hostile, and every fault there is, by seed: make simulate SEEDS=200 FROM=0
	@PYTHONPATH=tests $(RUN) --quiet python -m simulation --seeds $(SEEDS) --from $(FROM)

bench: $(UV) ## numbers, each as a ratio to what this machine can do
	@$(RUN) --quiet --group bench python -m bench $(ARGS)

rule: ## where a rule stands and which tests name it: make rule ID=ASSIST-2
	@test -n "$(ID)" || { echo "which rule? make rule ID=ASSIST-2" >&2; exit 2; }
	@grep -rnw --include='*.py' --include='*.md' -e '$(ID)' src tests docs \
	  || { echo "no rule $(ID); the ids: $$(grep -rhoE '"[A-Z]+-[0-9]+"' --include='*.py' src \
	       | tr -d '"' | sort -u | tr '\n' ' ')" >&2; exit 1; }

INTEROP := $(CURDIR)/.tools/interop
GO := cd tests/interop && GOTOOLCHAIN=local GOWORK=off CGO_ENABLED=0 $(INTEROP)/go/bin/go

interop: $(UV) ## build the client and the witness of other projects that tests/interop talks to (brings its own Go)
	@for try in 1 2 3; do \
	   UV_PROJECT_ENVIRONMENT=$(INTEROP)/go $(UV) sync --quiet --locked --only-group interop \
	   && ($(GO) mod download) && break; [ $$try -lt 3 ] && sleep 5; done
	@mkdir -p $(INTEROP)/bin
	@$(GO) build -buildvcs=false -trimpath -o $(INTEROP)/bin/c2sp .
	@$(GO) build -buildvcs=false -trimpath -o $(INTEROP)/bin/ tool
	@ls $(INTEROP)/bin

acceptance: $(UV) ## black-box checks of the main job: make acceptance SCRIPT=path/to/main_job.py
	@$(RUN) --quiet python $(SCRIPT) .venv/bin/comity $(ARGS)

.tools/bin/uv:
	@python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Comity needs Python 3.11 or later as python3" >&2; exit 1; }
	@python3 -c 'import ensurepip, venv' 2>/dev/null \
	  || { echo "Python's venv is missing; on Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	@python3 -m venv .tools
	@.tools/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
