# The tasks. `make` lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
BIN := target/release/greenroom
UI_SOURCES := $(shell find ui -type f -not -path 'ui/node_modules/*' -not -path 'ui/dist/*' 2>/dev/null)

.PHONY: help run build test test-rust test-ui test-clients test-e2e check bench gen fmt

help: ## List the tasks
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

run: build ## Build everything and serve on http://127.0.0.1:5000
	$(BIN) server

build: ui/dist/index.html ## Build target/release/greenroom, the UI inside
	cargo build --release --locked -p greenroom-cli

ui/node_modules: ui/package-lock.json
	npm --prefix ui ci --no-audit --no-fund
	@touch $@

ui/dist/index.html: ui/node_modules $(UI_SOURCES)
	npm --prefix ui run build
	@touch $@

test: ## Install what tests need and run every test
	scripts/setup-tests
	$(MAKE) check
	scripts/with-postgres $(MAKE) test-rust
	$(MAKE) test-ui
	$(MAKE) target/debug/greenroom
	scripts/with-postgres $(MAKE) test-clients
	$(MAKE) test-e2e

target/debug/greenroom: ui/dist/index.html FORCE
	cargo build --locked -p greenroom-cli

.PHONY: FORCE
FORCE:

test-rust: ui/dist/index.html ## Rust tests (inside scripts/with-postgres)
	cargo test --workspace --locked

test-ui: ui/node_modules ## Unit tests of the UI
	npm --prefix ui run check
	npm --prefix ui test

test-clients: ## The stock mlflow client against the real binary (inside scripts/with-postgres)
	.venv/bin/python -m pytest tests/clients -q

test-e2e: ui/dist/index.html ## The UI in Chromium against the real binary and the stock client
	npm --prefix ui run e2e

check: ui/dist/index.html ## Formatting, lints, dependencies, file lengths
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	RUSTDOCFLAGS='-D warnings' cargo doc --workspace --no-deps --locked --quiet
	scripts/check-files
	scripts/check-dependencies

bench: build ## Benchmarks beside MLflow's server and a bare handler (takes a while; wants a quiet machine)
	scripts/setup-tests
	cargo build --release --locked -p greenroom-bench
	scripts/with-postgres --durable target/release/greenroom-bench --server $(BIN)

gen: ## Regenerate docs/openapi.json and the UI's client from the code
	cargo run --quiet --locked -p greenroom-wire --example openapi > docs/openapi.json
	npm --prefix ui run gen

fmt: ## Format the code
	cargo fmt --all
