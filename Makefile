# `make repro` runs the pipeline, `make test` the tests; both set up .venv first. `make help` lists the rest.

SHELL := bash
.SHELLFLAGS := -o pipefail -c
PYTHON ?= python3
SCALE ?= paper
PRETRAINING = .scratch/pretrain
SCALES = $(sort $(basename $(notdir $(wildcard params/*.yaml))))
STAGES = $(shell sed -nE 's/^  ([a-z_]+):$$/\1/p' dvc.yaml)
export PATH := $(CURDIR)/.venv/bin:$(PATH)
# Each line is seen when it is written, and DVC's advice to push to a storage that nobody set up isn't.
reproduce = PYTHONUNBUFFERED=1 dvc repro $(1) | grep --line-buffered --invert-match 'dvc push'
.PHONY: help setup repro stage page study experiment check pretrain test prove lint scale graph scratch clear known-stage

help:   ## this list
	@grep -hE '^[a-z]+:.*##' Makefile | sed -E 's/:.*##/\t/'

setup: .venv/installed   ## create .venv with the pinned requirements

.venv/installed: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { echo "error: $(PYTHON) isn't \
	Python 3.11 or later; install one and name it: make setup PYTHON=python3.11" >&2; exit 1; }
	$(PYTHON) -m venv .venv
	.venv/bin/python -m pip install --quiet --requirement requirements.txt
	touch $@

repro: setup   ## run the pipeline to report/index.html
	python -m stages.common.params
	$(call reproduce,report)
	@echo "The page: $(CURDIR)/report/index.html"

study: setup   ## draft a sheet and parameters for your exports: make study EXPORTS=/data/my-study
	python -m stages.study "$(EXPORTS)"

stage: known-stage setup   ## run one stage, and before it what it needs and has changed: make stage STAGE=split
	$(call reproduce,$(STAGE))

page: setup   ## write the page alone, from the metrics and pictures that are there
	$(call reproduce,--single-item report)
	@echo "The page: $(CURDIR)/report/index.html"

experiment: setup   ## answer a question of experiments/ by the pipeline: make experiment QUESTION=synthetic-share
	python -m experiments "$(QUESTION)"

check: setup   ## see what would be read of the exports, without writing: make check, or make check SHEET=samples.csv
	python -m stages.ingest --check $(SHEET)

pretrain: $(PRETRAINING)/data/splits.parquet   ## learn simulated particles of instruments drawn by lot: what every generator starts from (hours)
	cd $(PRETRAINING) && PYTHONPATH=$(CURDIR) python -m stages.diffusion.training droplets
	python -m stages.diffusion.publish $(PRETRAINING)/models/ddpm/droplets/weights.safetensors

$(PRETRAINING)/data/splits.parquet: params/pretrain/particles.yaml | setup
	python -m stages.pretrain $(PRETRAINING)
	cd $(PRETRAINING) && export PYTHONPATH=$(CURDIR) && python -m stages.simulate && python -m stages.pretrain.sheet . \
	&& python -m stages.ingest && python -m stages.normalize && python -m stages.split

test: setup   ## form, types and the tests
	ruff check .
	ruff format --check .
	mypy
	pytest -m "not graph"

prove: setup   ## run the graph at a tiny scale: a second run does nothing, a changed parameter reruns what depends on it
	pytest -m graph

lint: setup   ## put the code into its form
	ruff check --fix .
	ruff format .

scale: params/$(SCALE).yaml setup   ## write a scale over params.yaml: make scale SCALE=paper
	python -m stages.common.scale $<

params/%.yaml:
	@echo "error: there is no scale $*; there are: $(SCALES)" >&2; exit 1

known-stage:
	@$(if $(filter $(firstword $(subst @, ,$(STAGE))),$(STAGES)),:,echo "error: name a stage: make stage \
	STAGE=split; there are: $(STAGES)" >&2; exit 1)

graph: setup   ## draw dvc.yaml into README.md
	python docs/graph.py

scratch: setup   ## list runs that were cut off; the same command goes on with one
	python -m stages.common.leftovers

clear: setup   ## remove the runs that were cut off
	python -m stages.common.leftovers --clear
