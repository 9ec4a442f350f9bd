# What a newcomer types. Every target sets up first what is missing.

SHELL = /bin/sh
.DEFAULT_GOAL := help
.PHONY: help setup demo test check run minio bench accuracy presentation contract access-matrix contract-fuzz fuzz faults \
	faults-can-fail

# rclone, or minio: the S3 server that holds the media.
STORE ?= rclone
# KEEP=1 leaves the demo's system running.
KEEP ?=
# Where `make run` keeps its data; media of one S3 server cannot be read by the other.
DATA ?= $(if $(filter minio,$(STORE)),var/on-minio,var)
# Further words, as in: make test ARGS="tests/storage -k killed", make run ARGS="--port web=8000"
ARGS ?=
# Labelled faces (manifest.csv: identity, group, sex, file) for make accuracy; skipped where absent.
FACES ?= $(dir $(CURDIR))shared/faces
# outbox or guard: a safeguard that make faults takes away; it must then end red.
BREAK ?=
export STORE KEEP BREAK

PY := .venv/bin/python
PACKAGES := checkin_api verifier storage mobile_contract tests
# MinIO is built before the first target that runs on it.
STORE_READY := $(if $(filter minio,$(STORE)),minio)

help:
	@echo 'make demo      set everything up, start the system and play the story'
	@echo '               KEEP=1 leaves it running, STORE=minio keeps media in MinIO'
	@echo 'make test      all tests, on real servers; STORE=minio: those that touch media'
	@echo 'make check     style, types, layers, and whether the contract has drifted'
	@echo 'make run       servers and all processes in the foreground, until Ctrl-C'
	@echo 'make minio     build MinIO, once (about 5 minutes)'
	@echo 'make bench     the numbers'
	@echo 'make accuracy  error rates on labelled faces; FACES=folder names another folder'
	@echo 'make presentation  prints, screens and a clip against the movement challenge; FACES=folder'
	@echo 'make contract  write mobile_contract/openapi.json anew'
	@echo 'make access-matrix  every route as everybody, against the permission table'
	@echo 'make fuzz      10,000 broken photos and bodies against the upload route (6 minutes)'
	@echo 'make faults    check-ins under load while everything fails in turn (4 minutes); STORE=minio'
	@echo 'make faults-can-fail  the same with a safeguard taken away, each of which must be noticed'
	@echo 'make contract-fuzz  generated requests, every answer against the contract'
	@echo 'make setup     only the virtual environment and the model files'

setup:
	@PYTHON='$(PYTHON)' .ci/set-up

demo: setup $(STORE_READY)
	$(PY) -m tests.story

test: setup $(STORE_READY)
	$(PY) -m pytest -n 2 $(if $(STORE_READY),-m media) $(ARGS)

check: setup
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy --strict $(PACKAGES)
	.venv/bin/lint-imports
	$(PY) -m checkin_api.openapi --check

run: setup $(STORE_READY)
	$(PY) -m storage.local_stack --run --store $(STORE) --data $(DATA) $(ARGS)

minio: setup
	$(PY) -m storage.local_stack.minio_build

bench: setup
	$(PY) -m tests.benchmarks $(ARGS)

presentation: setup
	$(PY) -m tests.presentation '$(FACES)'

accuracy: setup
	$(PY) -m tests.accuracy '$(FACES)'

contract: setup
	$(PY) -m checkin_api.openapi

access-matrix: setup
	$(PY) -m tests.access $(ARGS)

contract-fuzz: setup
	$(PY) -m tests.contract_fuzz $(ARGS)

fuzz: setup
	$(PY) -m tests.fuzz $(ARGS)

faults: setup $(STORE_READY)
	$(PY) -m tests.endurance $(ARGS)

faults-can-fail: setup
	BREAK=outbox $(PY) -m tests.endurance --expect-red $(ARGS)
	BREAK=guard $(PY) -m tests.endurance --expect-red $(ARGS)
