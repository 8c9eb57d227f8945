# Each target does its own set-up: `make bench` and `make test` are all that a fresh machine needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help install bench embedded-model test examples docs docs-links coverage test-oldest test-newest lint lint-types lint-text data reports reports-quick studies robustness speed statistics pictures-report storm audits

help: ## Show this list of targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-16s %s\n", $$1, $$2}'

install: $(STAMP) ## Create the virtual environment and install the library with its tools

$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "hdr-bench needs Python 3.11 or newer; name one with: make PYTHON=python3.11")'
	$(PYTHON) -m venv $(VENV)
	@echo 'Installing hdr-bench and what it needs into $(VENV); this takes a minute or two.'
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[fast,pictures,heic,formats,onnx,web,mysql,postgresql,dev]'
	touch $(STAMP)

bench: install ## Run the suite `quick` on the embedded data, print its table, write its report
	$(BIN)/hdr-bench run quick

# Three at a time on two cores, since many wait for processes; those that measure waits run alone. One thread each.
# What is compiled of the tests is kept, also where Python is told to keep nothing: each process would compile all.
RUN ?= $(BIN)/python
test: export PYTHONDONTWRITEBYTECODE =
test: lint ## Run the linters, the type checker and the tests, and check the import contract
	OMP_NUM_THREADS=1 $(RUN) -m pytest -n 3 --dist worksteal -m 'not alone and not examples'
	$(BIN)/python -m pytest -m alone $$(grep -rl --include='test_*.py' 'mark\.alone' tests)

examples: install ## Run the pages of the gallery, and the code blocks of README and documentation
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 -m examples tests/examples tests/docs

# Warnings are errors. What is drawn for the gallery is kept: a page is drawn again when its script changes.
DOCS_STAMP := $(VENV)/.installed-docs
docs: $(DOCS_STAMP) ## Build the documentation, with its gallery, into build/docs/html, and check its links
	OMP_NUM_THREADS=1 $(BIN)/python -m sphinx -b html -W --keep-going -q docs build/docs/html
	$(BIN)/python docs/extensions/built_links.py build/docs/html
	@echo 'The documentation is in build/docs/html/index.html'

docs-links: $(DOCS_STAMP) ## Check the links of the documentation to other sites, which needs a network
	$(BIN)/python -m sphinx -b linkcheck -q -D sphinx_gallery_conf.plot_gallery=0 docs build/docs/links

$(DOCS_STAMP): $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[docs]'
	touch $(DOCS_STAMP)

# Processes of tests have working folders of their own: the data are put beside each other by a full path. Tests that
# measure time or memory are not measured. Of processes that are killed some leave half a file, which is passed over.
coverage: export COVERAGE_FILE = $(CURDIR)/build/coverage/data
coverage: install ## Like `make test`, and list the lines and branches that the tests do not cover
	@mkdir -p build/coverage && $(BIN)/coverage erase
	$(MAKE) test RUN='$(BIN)/coverage run'
	-$(BIN)/coverage combine --quiet
	@rm -f build/coverage/data.*
	$(BIN)/coverage report

# With `TESTS=...` others, e.g. tests/estimators: all that the oldest versions can do takes ten minutes.
TESTS ?= tests/test_public_names.py tests/test_quick_suite.py tests/estimators/test_common.py \
	tests/estimators/test_in_scikit_learn.py tests/estimators/test_methods.py
test-oldest: ## Run some tests with the oldest versions that pyproject.toml allows, in .venv-oldest
	$(PYTHON) -m venv .venv-oldest
	.venv-oldest/bin/python -m pip install --quiet --disable-pip-version-check -c constraints-oldest.txt -e '.[fast,pictures,heic,formats,onnx,web,mysql,postgresql,dev]'
	OMP_NUM_THREADS=1 .venv-oldest/bin/python -m pytest -n 2 -W default $(TESTS)

test-newest: ## Run the same tests with a newer Python, in .venv-newest: make test-newest PYTHON=python3.13
	$(PYTHON) -m venv .venv-newest
	.venv-newest/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[fast,pictures,heic,formats,onnx,web,mysql,postgresql,dev]'
	OMP_NUM_THREADS=1 .venv-newest/bin/python -m pytest -n 2 -W default $(TESTS)

# The type checker alone, and all others beside it: on two cores both are done sooner.
lint: install ## Run the linter, the formatter and the type checker, and check the import contract and the docstrings
	$(MAKE) --jobs 2 --output-sync=target lint-types lint-text

lint-types: install
	$(BIN)/mypy

lint-text: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/numpydoc lint $$(find hdr_bench -name '*.py')

data: install ## Fetch MNIST into the data home, and list its contents
	$(BIN)/hdr-bench data fetch mnist
	$(BIN)/hdr-bench data list

# Published tables with two trials at a time, of one thread each: that is what two cores do most with. A suite that fails does not stop the others.
JOBS ?= 2
reports: install ## Regenerate the reports of all suites with published or timed tables, and the index, on the full data (resumable; about 6 hours on 2 cores by their budgets)
	$(BIN)/python -m benchmarks.reports --jobs $(JOBS)

studies: install ## Run the studies of single factors, on the full data at a reduced size (resumable; 90 minutes on 2 cores by their budget)
	@failed=0; for suite in $(STUDIES); do $(BIN)/hdr-bench run $$suite --jobs $(JOBS) --threads 1 || failed=1; done; \
		$(BIN)/hdr-bench index reports && exit $$failed

robustness: install ## Run the methods on corrupted and attacked images, on the full data (resumable; 2.5 hours on 2 cores by its budget)
	$(BIN)/hdr-bench run robustness --jobs $(JOBS) --threads 1
	$(BIN)/hdr-bench index reports

reports-quick: install ## Run every suite on a few embedded images, into build/reports-quick/, to check that it works
	@failed=0; for suite in $(SUITES); do echo "$$suite"; $(BIN)/hdr-bench run $$suite --dataset mnist-5k --samples 200 \
		--repeats 1 --jobs $(JOBS) --threads 1 --quiet --out build/reports-quick/$$suite || failed=1; done; \
		$(BIN)/hdr-bench index build/reports-quick && exit $$failed

# The suites that regenerate a source's tables, the shorter ones first.
LIST_SUITES = from hdr_bench import list_published_suites; print(*list_published_suites())
PUBLISHED = $(or $(shell $(BIN)/python -c '$(LIST_SUITES)'),$(error the list of published suites cannot be read))
SUITES = $(filter-out %-studies,$(PUBLISHED))
STUDIES = $(filter %-studies,$(PUBLISHED))

embedded-model: install ## Train the embedded model again on MNIST, and compare it with the file in the package (10 minutes on one core)
	$(BIN)/hdr-bench data fetch mnist
	$(BIN)/python -m benchmarks.embedded

speed: install ## Compare speed with other libraries on MNIST (30 to 60 minutes); writes reports/speed/
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[fast,pictures,heic,formats,onnx,dev,peers]'
	$(BIN)/python -m benchmarks.beside speed

statistics: install ## Simulate how often comparisons, verdicts and studies are wrong, and test learning rates (30 minutes); writes reports/statistics/
	$(BIN)/python -m benchmarks.beside statistics

pictures-report: install ## Evaluate reading of generated pages, and of real pictures if the data home has them; writes reports/pictures/
	$(BIN)/python -m benchmarks.beside pictures

storm: install ## Inject 1,200 faults into runs and check the outcomes (resumable; 45 minutes on 2 cores); writes reports/storm/
	$(BIN)/python -m benchmarks.beside storm

audits: install ## Audit the labels of MNIST and NIST-15 with three methods (resumable; 90 minutes on 2 cores); writes reports/label-audit/
	$(BIN)/python -m benchmarks.beside label-audit
