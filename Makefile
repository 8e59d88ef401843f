PYTHON ?= python3

.venv/installed: requirements-dev.lock
	@$(PYTHON) -m venv .venv || { echo "idportal: Python 3.11 or newer with its venv module is needed (Debian: apt-get install python3-venv)"; exit 1; }
	.venv/bin/pip install --quiet --require-hashes -r requirements-dev.lock
	@touch $@

venv: .venv/installed
.PHONY: venv
