# Everything a user does, by name. `make help` lists it.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.ONESHELL:

ENV ?= dev
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do $$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null && command -v $$p && break; done)
UV_VERSION := 0.13.9
UV := $(shell command -v uv 2>/dev/null || echo .tools/bin/uv)
INSTALLED := .venv/.installed-$(ENV)

export PATH := $(CURDIR)/.venv/bin:$(PATH)
export VIRTUAL_ENV := $(CURDIR)/.venv
export UV_COMPILE_BYTECODE := 1
export UV_PYTHON_DOWNLOADS := never
export TF_CPP_MIN_LOG_LEVEL ?= 2
export BENTOML_DO_NOT_TRACK := True
export MLFLOW_DISABLE_TELEMETRY := true

.PHONY: help env repro test demo long experiment serve ui lint format bench registry-restore docs lock

help:  ## what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 20

env: $(INSTALLED)  ## the locked environment in .venv (ENV=gpu: TensorFlow with CUDA)

$(UV):
	@test -n "$(PYTHON)" || { echo "Counterpoint needs Python 3.11, 3.12 or 3.13, and found none; name one: make PYTHON=/path/to/python3.12" >&2; exit 1; }
	echo "uv is not installed: bringing it into .tools"
	"$(PYTHON)" -m venv .tools
	.tools/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

$(INSTALLED): requirements/$(ENV).txt pyproject.toml | $(UV)
	@test -n "$(PYTHON)" || { echo "Counterpoint needs Python 3.11, 3.12 or 3.13, and found none; name one: make PYTHON=/path/to/python3.12" >&2; exit 1; }
	test -x .venv/bin/python || "$(UV)" venv --quiet --python "$(PYTHON)" .venv
	rm -f .venv/.installed-*
	echo "installing requirements/$(ENV).txt into .venv"
	"$(UV)" pip sync --quiet --require-hashes requirements/$(ENV).txt
	"$(UV)" pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

repro: env  ## the whole pipeline: music to Bento (dvc repro)
	@dvc repro
	echo "built. make serve: play it; make ui: compare and choose; git add dvc.lock reports: keep it"

test: env  ## the test suite
	@lint-imports --no-cache > /dev/null || { lint-imports --no-cache; exit 1; }
	pytest

demo: env  ## the same pipeline at tiny parameters, from the last commit, in .demo/
	@rm -rf .demo
	git clone --quiet . .demo
	python -m counterpoint.params params.yaml demo.yaml > .demo/params.yaml
	cd .demo
	env -u MLFLOW_TRACKING_URI dvc repro
	echo "the demo is built: make serve"

long: env  ## the MuseGAN of long.yaml, four bars, as an experiment (dvc exp show)
	@changes=$$(python -m counterpoint.params params.yaml long.yaml --options)
	mapfile -t changes <<< "$$changes"
	dvc exp run evaluate@musegan "$${changes[@]/#/--set-param=}"

experiment: env  ## what is missing of a table of experiments (TABLE=ablation, equal_minutes)
	@test -n "$${TABLE:-}" || { echo "which table? make experiment TABLE=ablation" >&2; exit 1; }
	PYTHONPATH=src python -m counterpoint.experiments experiments/$(TABLE).yaml

serve: env  ## the packaged generator on 127.0.0.1:3000
	@bento=dist/bento
	if [ ! -f $$bento/bento.yaml ]; then bento=.demo/dist/bento; fi
	test -f $$bento/bento.yaml || { echo "nothing to serve yet: make repro (or make demo)" >&2; exit 1; }
	echo "serving $$bento on http://127.0.0.1:3000"
	exec env PYTHONDONTWRITEBYTECODE=1 bentoml serve "$(CURDIR)/$$bento" --host 127.0.0.1 --port 3000

ui: env  ## MLflow on 127.0.0.1:5000: compare, listen, choose
	@store=$(CURDIR)/mlflow.db
	if [ ! -f "$$store" ] && [ -f .demo/mlflow.db ]; then store=$(CURDIR)/.demo/mlflow.db; fi
	uri="$${MLFLOW_TRACKING_URI:-sqlite:///$$store}"
	echo "MLflow, with $$uri: the models are at http://127.0.0.1:5000/#/models/counterpoint"
	exec mlflow ui --host 127.0.0.1 --port 5000 --backend-store-uri "$$uri" --registry-store-uri "$$uri"

lint: env  ## ruff, mypy, import-linter
	@ruff check .
	ruff format --check .
	mypy
	lint-imports --no-cache

format: env  ## ruff's formatting and fixes
	@ruff check --fix . && ruff format .

bench: env  ## speed, as ratios in one run
	@for b in benchmarks/[a-z]*.py; do PYTHONPATH=src python $$b; done

registry-restore: env  ## every committed model version back into the MLflow store
	@PYTHONPATH=src python -m counterpoint.registry.restore

docs: env  ## the pictures and melodies that README.md shows, from the last build
	@mkdir -p docs/samples
	cp reports/attention_lstm/samples/00[0-3].{mid,png} docs/samples/
	for model in musegan crnn_gan; do
	    for file in 000.mid 000.png 001.mid 001.png; do cp reports/$$model/samples/$$file docs/samples/$$model-$$file; done
	done
	cp reports/attention_lstm/evaluation/likelihood.png docs/

lock: | $(UV)  ## compile requirements/*.txt from pyproject.toml
	@for group in dev gpu serve; do
	    "$(UV)" pip compile --quiet pyproject.toml --group $$group --universal --python-version 3.11 \
	        --generate-hashes --no-emit-index-url --no-header --no-annotate -o requirements/$$group.txt
	done
