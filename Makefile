# kepu: the two commands of a newcomer are `make demo` and `make test`; each sets up what it needs.

KEPU    := target/debug/kepu
# With cargo-nextest where it is installed, else with cargo alone.
RUNNER  := $(shell command -v cargo-nextest >/dev/null 2>&1 && echo "cargo nextest run" || echo "cargo test")
ONCE    := $(filter once,$(MAKECMDGOALS))
# Where setup puts a newer Node than the system's.
export PATH := $(CURDIR)/.tools/node_modules/node/bin:$(PATH)
# The pages need not be there to work on the service alone.
IN_WEB  := [ ! -f web/package.json ] || npm --prefix web run --silent

.PHONY: help demo once demo-once test test-pages check bench door-day setup setup-all pages pages-all openapi

help:
	@echo "make demo        build, load the synthetic district and serve it (make demo -- once: play the main job once, then stop)"
	@echo "make test        run every test, those of the pages in a browser too"
	@echo "make test-pages  run only the tests in a browser"
	@echo "make check       formatting, lints, licences of dependencies, the pages, and that openapi.json is true"
	@echo "make bench       measure, each figure beside its limit; writes bench/RESULTS.md"
	@echo "make door-day    play a base's day at its doors against the demonstration that runs (DAY='--help' for more)"
	@echo "make pages       build the pages into web/dist, from where they go into the binary"
	@echo "make openapi     write openapi.json anew, and the pages' client from it"
	@echo "make setup       install what is missing to build (Debian and Ubuntu), or say what to install; setup-all: to test too"

demo: pages
	cargo build -p kepu-api
	$(KEPU) demo $(if $(ONCE),once,serve)

once:
	@:

demo-once: pages
	cargo build -p kepu-api
	$(KEPU) demo once

# With everything that tests need: built alone, the binary would choose other features of its dependencies, and they would be
# compiled twice.
BUILD_ALL := cargo build --workspace --all-targets

test: pages-all
	$(BUILD_ALL)
	$(KEPU) with-database -- $(RUNNER) --workspace
	$(IN_WEB) test
	scripts/test-pages.sh

test-pages: pages-all
	$(BUILD_ALL)
	scripts/test-pages.sh

LINT := cargo clippy --workspace --all-targets -- -D warnings

check: pages-all
	cargo fmt --all --check
	$(LINT)
	command -v cargo-deny >/dev/null 2>&1 || env -u RUSTC_WORKSPACE_WRAPPER cargo install --debug --locked cargo-deny
	cargo fetch --locked # of every platform, for whose crates licences are read too
	cargo deny --offline check licenses bans sources
	$(BUILD_ALL)
	$(KEPU) openapi | diff -u openapi.json - || (echo "openapi.json is not what the handlers say: run make openapi" >&2; exit 1)
	$(IN_WEB) check

bench: pages
	cargo build --release -p kepu-api -p kepu-bench
	target/release/kepu with-database --durable -- target/release/kepu-bench

door-day:
	cargo build --workspace
	target/debug/kepu-bench day $(DAY)

pages: setup
	@scripts/pages.sh

pages-all: setup-all
	@scripts/pages.sh all

openapi:
	$(BUILD_ALL)
	$(KEPU) openapi > openapi.json
	[ ! -d web/openapi/node_modules ] || npm --prefix web run --silent schema

setup:
	@scripts/setup.sh

setup-all:
	@scripts/setup.sh all
