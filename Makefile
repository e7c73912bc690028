# kepu: the two commands of a newcomer are `make demo` and `make test`; each sets up what it needs.

KEPU    := target/debug/kepu
# With cargo-nextest where it is installed, else with cargo alone.
RUNNER  := $(shell command -v cargo-nextest >/dev/null 2>&1 && echo "cargo nextest run" || echo "cargo test")
ONCE    := $(filter once,$(MAKECMDGOALS))

.PHONY: help demo once demo-once test check bench setup openapi

help:
	@echo "make demo        build, load the synthetic district and serve it (make demo -- once: play the main job once, then stop)"
	@echo "make test        run every test"
	@echo "make check       formatting, lints, licences of dependencies, and that openapi.json is true"
	@echo "make bench       measure, each figure beside its limit; writes bench/RESULTS.md"
	@echo "make openapi     write openapi.json anew"
	@echo "make setup       install what is missing (Debian and Ubuntu), or say what to install"

demo: setup
	cargo build -p kepu-api
	$(KEPU) demo $(if $(ONCE),once,serve)

once:
	@:

demo-once: setup
	cargo build -p kepu-api
	$(KEPU) demo once

test: setup
	cargo build -p kepu-api
	$(KEPU) with-database -- $(RUNNER) --workspace

check: setup
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings
	command -v cargo-deny >/dev/null 2>&1 || cargo install --locked cargo-deny
	cargo deny --offline check licenses bans sources
	cargo build -p kepu-api
	$(KEPU) openapi | diff -u openapi.json - || (echo "openapi.json is not what the handlers say: run make openapi" >&2; exit 1)

bench: setup
	cargo build --release -p kepu-api -p kepu-bench
	target/release/kepu with-database --durable -- target/release/kepu-bench

openapi:
	cargo build -p kepu-api
	$(KEPU) openapi > openapi.json

setup:
	@scripts/setup.sh
