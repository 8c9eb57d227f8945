"""What `show` says of a suite: all that decides how it runs, from its records alone."""

import pytest
from rich.cells import cell_len

from hdr_bench.cli.suite_text import describe_suite
from hdr_bench.experiments.planning.carried_suites import list_suites
from hdr_bench.experiments.planning.suite_file import read_suite

SUITE = """
title = "Everything"
authors = "Doe, J."
source = "a report"
dataset = { name = "folder:digits", resize = [28, 28], test_size = 0.25, split_seed = 4, polarity = "light-on-dark" }
time_limit = "90min"
memory_limit = "1.5GB"
budget = "40min"

[protocol]
repeats = 3
max_repeats = 10
shuffle = true

[[case]]
name = "手書き"
estimator = "own.module.Method"
params = { C = 0.5, "weird key" = "[bold]x[/bold]" }
steps = [{ name = "deskew" }, { name = "scale", params = { offset = 0.5 } }]
validation = "test"
reduced = { samples = 6000, folds = 3, candidates = 12, params = { C = 2 } }
time_limit = "45s"

[[case]]
name = "Grid"
estimator = "sklearn.svm.SVC"
dataset = { name = "digits-8x8", classes = ["3", "5", "8"], fit = "mnist", labels = "decisions.csv" }
grid = { C = [1, 10, 100], gamma = [0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.07, 0.08, 0.09] }
protocol = { kind = "grid-search", folds = 4, strategy = "halving" }
published = [{ metric = "test_accuracy", value = 0.98 }]

[[case]]
name = "Grids"
estimator = "mlp"
grid = [{ optimizer = ["SGD"], lr = [0.1, 0.2] }, { optimizer = ["Adam"] }]
protocol = { kind = "grid-search" }

[[case]]
name = "Folds"
estimator = "knn"
protocol = { kind = "cross-validation" }

[[case]]
name = "Curve"
estimator = "knn"
protocol = { kind = "learning-curve", sizes = [500, 1000], repeats = 2 }

[[test_set]]
name = "Others"
dataset = { name = "nist15", fit = "mnist" }
part = "all"

[[not_built]]
name = "Committee"
reason = "too large"
published = [{ metric = "test_accuracy", value = 0.99 }]
"""


def test_all_that_decides_how_a_suite_runs_is_shown(tmp_path):
    (tmp_path / "everything.toml").write_text(SUITE, encoding="utf-8")
    assert describe_suite(read_suite(tmp_path / "everything.toml")) == [
        "everything: Everything",
        "source    Doe, J. a report",
        "data set  folder:digits, resized to 28x28 pixels, 25 % for testing, split with seed 4, all light on dark",
        "protocol  hold-out, 3 seeds for each stochastic method, up to 10 if the first ones differ much, training "
        "images shuffled",
        "test set  Others: nist15, in MNIST form, all images",
        "limits    1.5 h and 1.5 GB per trial",
        "takes     about 40 min on two cores",
        "  手書き     deskew() -> scale(offset=0.5) -> own.module.Method(C=0.5, weird key='[bold]x[/bold]')",
        "      validation  on the test part after each epoch, for the curves only",
        "      limits      45 s per trial",
        "      reduced     6,000 training images, 3 folds, 12 candidates at random, C=2; in full with --full",
        "  Grid       sklearn.svm.SVC()",
        "      data set   digits-8x8, classes '3', '5', '8', in MNIST form, labels corrected by decisions.csv",
        "      protocol   grid search in 4 folds, by successive halving, 1 seed for each stochastic method",
        "      grid       C = 1, 10, 100; gamma = 0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.07, 0.08, ... (9 values) "
        "(27 candidates)",
        "      published  1 figure",
        "  Grids      mlp()",
        "      protocol  grid search in 5 folds, 1 seed for each stochastic method",
        "      grid 1    optimizer = 'SGD'; lr = 0.1, 0.2 (2 candidates)",
        "      grid 2    optimizer = 'Adam' (1 candidate)",
        "  Folds      knn()",
        "      protocol  cross-validation in 10 folds, 1 repeat",
        "  Curve      knn()",
        "      protocol  learning curve on 500, 1,000 training images, 2 repeats",
        "  Committee  not run: too large",
    ]


@pytest.mark.parametrize("name", list_suites())
def test_every_carried_suite_is_shown_with_each_case_in_a_line(name):
    suite = read_suite(name)
    lines = describe_suite(suite)
    cases = [line for line in lines if line.startswith("  ") and not line.startswith("      ")]
    assert len(cases) == len(suite.cases) + len(suite.not_built) + len(suite.studies)
    width = max(cell_len(case.name) for case in (*suite.cases, *suite.not_built))
    for case, line in zip(suite.cases, cases, strict=False):
        assert line.startswith(f"  {case.name}{' ' * (width - cell_len(case.name))}  ")
        assert str(case.estimator) in line
