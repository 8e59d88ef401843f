PYTHON ?= python3
export PIP_DISABLE_PIP_VERSION_CHECK = 1

help: ## list these targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | awk -F '\t' '{ printf "  make %-9s %s\n", $$1, $$2 }'
	@echo
	@echo "  By environment: PORT (8000), COLLECT_PORT (8001), VAR_DIR (var), ADMIN_PASSWORD, DATABASE_URL, REDIS_URL, PYTHON (python3)"

run: runtime ## the whole portal and pipeline on this machine, until Ctrl-C
	@exec .venv/bin/python -m idportal.stack

demo: runtime ## stream made-up people through the front door of a running stack; DEMO="--rate 50" and so on
	@exec .venv/bin/python manage.py demo $(DEMO)

test: venv ## every test, against real PostgreSQL, Valkey and browsers; TESTS="tests/stack -k restart" for some, WORKERS=3 for more at once
	@.ci/packages
	.venv/bin/pytest $(if $(WORKERS),-n $(WORKERS) --dist loadgroup --no-loadscope-reorder) $(TESTS)

bench-api: venv ## a look-up against a bare Django view under the same server
	.venv/bin/python -m benchmarks.api_speed $(BENCH)

bench: venv ## the engine and others on the same rows, one table; BENCH="--events 1000000 5000000" for more
	.venv/bin/python -m benchmarks $(BENCH)

lint: venv ## ruff, mypy, templates, import contracts, migrations
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy .
	.venv/bin/djlint templates --check --lint --quiet
	.venv/bin/lint-imports
	.venv/bin/python manage.py makemigrations --check --dry-run

chaos: venv ## faults of every kind while a crowd streams: nothing lost, nothing doubled; SHORT=1 for minutes
	@.venv/bin/python -m benchmarks.chaos

load: venv ## as many events as the front door takes, for ten minutes; SHORT=1 for twenty seconds, OVERLOAD=1 for too much
	@.venv/bin/python -m benchmarks.load

bundles: runtime ## the Lambda functions as zips under var/bundles, from the lock file
	@.venv/bin/python -m lambdas.bundle

runtime:
	@PYTHON="$(PYTHON)" .ci/venv requirements.lock

venv:
	@PYTHON="$(PYTHON)" .ci/venv requirements-dev.lock

clean: ## remove the virtual environment and caches; var/ with its data stays
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -not -path './var/*' -prune -exec rm -rf {} +

.PHONY: help run demo test bench bench-api bundles chaos load lint runtime venv clean
