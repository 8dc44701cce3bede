# `make repro` runs the pipeline, `make test` the tests; both set up .venv first. `make help` lists the rest.

PYTHON ?= python3
SCALE ?= paper
export PATH := $(CURDIR)/.venv/bin:$(PATH)
.PHONY: help setup repro test prove lint scale graph scratch clear

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

scratch: setup   ## list runs that were cut off; the same command goes on with one
	python -m stages.common.leftovers

clear: setup   ## remove the runs that were cut off
	python -m stages.common.leftovers --clear
