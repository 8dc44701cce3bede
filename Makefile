# `make repro` runs the pipeline, `make test` the tests; both set up .venv first. `make help` lists the rest.

PYTHON ?= python3
SCALE ?= paper
export PATH := $(CURDIR)/.venv/bin:$(PATH)
.PHONY: help setup repro study check test prove lint scale graph

help:   ## this list
	@grep -hE '^[a-z]+:.*##' Makefile | sed -E 's/:.*##/\t/'

setup: .venv/installed   ## create .venv with the pinned requirements

.venv/installed: requirements.txt
	$(PYTHON) -m venv .venv
	.venv/bin/python -m pip install --quiet --requirement requirements.txt
	touch $@

repro: setup   ## run the pipeline to report/index.html
	python -m stages.common.params
	dvc repro report

study: setup   ## draft a sheet and parameters for your exports: make study EXPORTS=/data/my-study
	python -m stages.ingest --study "$(EXPORTS)"

check: setup   ## what would be read of the exports, in seconds and without writing
	python -m stages.ingest --check

test: setup   ## the tests
	ruff check .
	ruff format --check .
	pytest -m "not graph"

prove: setup   ## run the graph at a tiny scale: a second run does nothing, a changed parameter reruns what depends on it
	pytest -m graph

lint: setup   ## put the code into its form
	ruff check --fix .
	ruff format .

scale: setup   ## write a scale over params.yaml: make scale SCALE=paper
	python -m stages.common.scale params/$(SCALE).yaml

graph: setup   ## draw dvc.yaml into README.md
	python docs/graph.py
