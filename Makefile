# make demo    sets up .venv and renders the demo dataset
# make test    lint and tests, on all cores; TESTS='tests/test_x.py -k word' runs some
# make test-fast   those of them that do not start Blender, in less than a minute
# make readers   datasets read by ultralytics, torchvision, supervision, fiftyone, datasets ... in .venv-readers
# make proof   trains a detector and measures it (.docs/proof.md); SCALE=tiny|small|medium|ablation|full, PROOF='arms=[b,c] seeds=[0,1]'
# make cluster  sweeps on Slurm and Ray, as far as they are there, in .venv-cluster
# make test-learn   the short tests of what trains; installs PyTorch in .venv (TORCH="--index-url URL" chooses a build)
# make chaos   the long suites that `make test` leaves out (markers chaos and slow);  make test-all   all of them
# make lint    ruff and mypy
# make bench   seconds per frame;  make bench-accept  how often frames meet their acceptance criteria
# make bench-mirrors  how often people are mirrored;  make bench-labels  cost of the labels
# make bench-people   cost of crowds;  make bench-weather  cost of weathers;  make bench-props  cost of props
# make bench-refine    how near refined pictures come to photographs of a known camera, and their labels
# make bench-drafts    pictures of two samples finished by a network, against the denoiser; OPTIONS="--steps 1200"
# make bench-workers   how well workers share the machine, their memory and its drift
# make bench-build     processor time to build each scene; AGAINST=FOLDER of an older checkout to compare
# make bench-quality   CPU seconds and error of the picture, for presets and variants; OPTIONS="--cases street-day"
# make bench-export    images per second of an export, by step; RUNS='out/run ...'
# make ten-million   what ten million frames take, worked out from a run and its dataset: RUN=out/run DATASET=out/data
# make scenes-page, mirrors-page, weathers-page, lookalikes-page   the documents' sheets;
# make choices-page   a picture of each choice, and their tables in .docs/choices.md; SHEETS='mirrors hats' for these only
# make measured   measures the built-in packs again, after a change to their files
# make docs    the documents as a site in out/site, with a page of all keys
# make bench-cost   processor seconds, disk and memory of frames, by preset and scene
# make image   the container image

PYTHON ?= $(shell for p in python3.11 python3 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' >/dev/null 2>&1 && { command -v $$p; break; }; done)
IMAGE ?= blender-synth
ENGINE ?= docker
WORKERS ?= auto
LOCK := docker/constraints.txt
BIN := .venv/bin
# By the environment, so that it also holds for what builds the package.
PIP := PIP_CONSTRAINT="$(CURDIR)/$(LOCK)" $(BIN)/python -m pip --disable-pip-version-check

.PHONY: demo setup setup-dev test test-fast test-all test-learn proof chaos cluster readers lint bench bench-accept bench-mirrors bench-labels scenes-page mirrors-page lookalikes-page weathers-page choices-page bench-weather bench-people bench-props bench-build bench-workers bench-quality bench-refine bench-drafts bench-cost docs measured ten-million lock image clean

demo: setup
	$(BIN)/blender-synth run experiment=demo

setup: .venv/installed

setup-dev: .venv/installed-dev

# The stamps lie in .venv, so that removing it removes them; both depend on what was asked for, not on the sources:
# the install is editable.
.venv/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 was not found (Blender 4.5 runs on no other)."; \
	  echo "  fix:   on Debian 12: apt-get install python3.11 python3.11-venv; elsewhere: make PYTHON=/path/to/python3.11"; exit 1; } >&2
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || { \
	  echo "PYTHON=$(PYTHON) is not Python 3.11 (Blender 4.5 runs on no other)."; exit 1; } >&2
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { echo "$(PYTHON) lacks venv."; \
	  echo "  fix:   on Debian 12: apt-get install python3.11-venv"; exit 1; } >&2
	"$(PYTHON)" -m venv --clear .venv
	@touch $@

.venv/installed: .venv/python pyproject.toml $(LOCK)
	$(PIP) install --quiet -e .
	@touch $@

.venv/installed-dev: .venv/installed
	$(PIP) install --quiet -e '.[dev]'
	@touch $@

PYTEST := $(BIN)/python -m pytest -n $(WORKERS) --maxprocesses 8 --dist worksteal

test: lint
	$(PYTEST) $(TESTS)

test-fast: setup-dev
	$(PYTEST) -m "not blender and not chaos and not slow and not readers and not learn and not cluster" $(TESTS)

test-all: lint
	$(PYTEST) -m "not readers and not learn and not cluster" $(TESTS)

# Options of pip for PyTorch: on Linux the default build is the one for CUDA, several gigabytes;
# TORCH='--index-url https://download.pytorch.org/whl/cpu' gets the one for CPUs.
TORCH ?=

.venv/installed-learn: .venv/installed-dev
	$(PIP) install --quiet $(TORCH) torch
	$(PIP) install --quiet -e '.[learn,refine]'
	@touch $@

SCALE ?= small

proof: .venv/installed-learn
	$(BIN)/blender-synth proof scale=$(SCALE) $(PROOF)

test-learn: .venv/installed-learn
	$(BIN)/python -m pytest -m learn $(TESTS)

# The readers need an environment of their own: they want other versions of numpy and OpenCV than Blender does.
READERS_PYTHON ?= $(CURDIR)/.venv-readers/bin/python

LABELLING_PYTHON ?= $(CURDIR)/.venv-labelling/bin/python

readers: setup-dev $(if $(filter $(CURDIR)/.venv-readers/%,$(READERS_PYTHON)),.venv-readers/installed) \
		$(if $(filter $(CURDIR)/.venv-labelling/%,$(LABELLING_PYTHON)),.venv-labelling/installed)
	READERS_PYTHON="$(READERS_PYTHON)" LABELLING_PYTHON="$(LABELLING_PYTHON)" $(BIN)/python -m pytest -m readers -rP $(TESTS)

.venv-labelling/installed: tests/readers/requirements-labelling.txt
	"$(PYTHON)" -m venv --clear .venv-labelling
	.venv-labelling/bin/python -m pip --disable-pip-version-check install --quiet -r $<
	@touch $@

.venv-readers/installed: tests/readers/requirements.txt
	"$(PYTHON)" -m venv --clear .venv-readers
	.venv-readers/bin/python -m pip --disable-pip-version-check install --quiet -r $<
	@touch $@

# Ray's launcher wants an older cloudpickle than docker/constraints.txt has.
CLUSTER_PYTHON ?= .venv-cluster/bin/python

cluster: setup-dev $(if $(filter .venv-cluster/%,$(CLUSTER_PYTHON)),.venv-cluster/installed)
	CLUSTER_PYTHON="$(CLUSTER_PYTHON)" $(BIN)/python -m pytest -m cluster -rP $(TESTS)

.venv-cluster/installed: pyproject.toml
	"$(PYTHON)" -m venv --clear .venv-cluster
	.venv-cluster/bin/python -m pip --disable-pip-version-check install --quiet -e '.[slurm,ray]'
	@touch $@

RUN ?= out/run
DATASET ?= out/data

ten-million: setup
	$(BIN)/python -m blender_synth.dev.ten_million $(RUN) $(DATASET) $(ARGS)

chaos: setup-dev
	$(PYTEST) -m "chaos or slow" $(TESTS)

lint: setup-dev
	$(BIN)/ruff check .
	$(BIN)/mypy

bench: setup
	$(BIN)/python -m blender_synth.dev.bench frame

bench-accept: setup
	$(BIN)/python -m blender_synth.dev.bench accept

bench-mirrors: setup
	$(BIN)/python -m blender_synth.dev.bench mirrors

bench-labels: setup
	$(BIN)/python -m blender_synth.dev.bench labels

bench-weather: setup
	$(BIN)/python -m blender_synth.dev.bench weather

weathers-page: setup
	$(BIN)/python -m blender_synth.dev.weathers_page

scenes-page: setup
	$(BIN)/python -m blender_synth.dev.scenes_page

mirrors-page: setup
	$(BIN)/python -m blender_synth.dev.mirrors_page

lookalikes-page: setup
	$(BIN)/python -m blender_synth.dev.lookalikes_page

SHEETS ?=

choices-page: setup
	$(BIN)/python -m blender_synth.dev.choices_page $(SHEETS)

bench-workers: setup
	$(BIN)/python -m blender_synth.dev.bench_workers

bench-quality: setup-dev
	$(BIN)/python -m blender_synth.dev.bench_quality $(OPTIONS)

bench-export: setup
	$(BIN)/python -m blender_synth.dev.bench_export $(RUNS)

bench-cost: setup
	$(BIN)/python -m blender_synth.dev.bench_cost $(CASES)

.venv/installed-docs: .venv/installed
	$(PIP) install --quiet -e '.[docs]'
	@touch $@

docs: .venv/installed-docs
	$(BIN)/python -m blender_synth.dev.docs_site out/site

bench-build: setup
	$(BIN)/python -m blender_synth.dev.bench_build $(if $(AGAINST),--against $(AGAINST))

bench-people: setup
	$(BIN)/python -m blender_synth.dev.bench people

bench-props: setup
	$(BIN)/python -m blender_synth.dev.bench props

bench-refine: .venv/installed-learn
	$(BIN)/python -m blender_synth.dev.bench_refine $(REFINE)

bench-drafts: .venv/installed-learn
	$(BIN)/python -m blender_synth.dev.bench_drafts $(OPTIONS)

measured: setup
	$(BIN)/python -m blender_synth.dev.measure_packs

# Resolves the newest versions that pyproject.toml allows, in a fresh environment, and pins them.
lock: .venv/python
	rm -rf .venv/lock && "$(PYTHON)" -m venv .venv/lock
	.venv/lock/bin/python -m pip --disable-pip-version-check install --quiet hatchling~=1.27 editables $(TORCH) -e '.[dev,docs,learn,refine]'
	{ echo '# Every version that was tested together; written by `make lock`.'; \
	  .venv/lock/bin/python -m pip freeze --exclude-editable | sed 's/+cpu$$//'; } > $(LOCK)
	rm -rf .venv/lock

image:
	$(ENGINE) build -t $(IMAGE) -f docker/Dockerfile .

clean:
	rm -rf .venv
