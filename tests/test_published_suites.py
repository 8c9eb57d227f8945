"""The suites that regenerate published tables: what they say of their sources, before anything is run."""

import math

import pytest

from hdr_bench import load_suite
from hdr_bench.estimators.notation import layer_table, parse_layers
from hdr_bench.experiments.claims import places_of
from hdr_bench.experiments.suite_file import list_suites

SUITES = ["aboueloula-2020", "bodin-bernard", "burke-devery-2019", "lazovic-2020", "lecun-1998",
          "sklearn-bench-mnist", "sougrati", "zalando-2017"]  # fmt: skip
SHAPES = {"nist15": ((1, 64, 64), 15)}


def test_every_source_has_its_suite():
    assert set(SUITES) <= set(list_suites())


@pytest.mark.parametrize("name", SUITES)
def test_a_suite_names_its_source_its_claims_and_its_budget(name):
    suite = load_suite(name)
    assert suite.authors
    assert suite.source
    assert suite.bibtex
    assert suite.machine
    assert suite.claims
    assert suite.budget is not None
    assert any(case.published for case in suite.cases)


def _networks(name):
    suite = load_suite(name)
    return [
        (case, (case.dataset or suite.dataset).name, published)
        for case in suite.cases
        if "layers" in case.params and {step.name for step in case.steps} <= {"scale"}
        for published in case.published
        if published.metric in {"parameters", "stored_variables"} and not published.not_comparable
    ]


@pytest.mark.parametrize("name", SUITES)
def test_networks_have_their_published_counts_at_full_size(name):
    for case, dataset, published in _networks(name):
        shape, n_classes = SHAPES.get(dataset, ((1, 28, 28), 10))
        rows = layer_table(parse_layers(case.params["layers"], n_classes), shape)
        count = sum(row.parameters for row in rows)
        count += sum(row.buffers for row in rows) if published.metric == "stored_variables" else 0
        is_equal = abs(count - published.value) <= (published.tolerance or 0)
        # Where the source contradicts itself, the suite says so.
        assert is_equal != bool(published.remark), (case.name, count)


def test_reproductions_of_kerass_networks_smooth_no_labels():
    for name in SUITES:
        for case in load_suite(name).cases:
            if case.published and case.estimator in {"mlp", "cnn"}:
                assert case.params["label_smoothing"] == 0.0, (name, case.name)


def test_the_grid_is_the_sources_480_fits_and_only_what_is_named_is_reduced():
    reduced = {(name, case.name) for name in SUITES for case in load_suite(name).cases if case.reduced}
    assert reduced == {
        ("aboueloula-2020", "ANN, grid search"), ("lazovic-2020", "AlexNet"), ("lazovic-2020", "VGG"),
        ("zalando-2017", "GradientBoosting"), ("zalando-2017", "LinearSVC"),
    }  # fmt: skip
    (case,) = [case for case in load_suite("aboueloula-2020").cases if case.grid]
    assert math.prod(map(len, case.grid.values())) * case.protocol.folds == 480


@pytest.mark.parametrize("name", SUITES)
def test_claims_ask_for_epochs_that_are_run_and_parts_that_are_watched(name):
    suite = load_suite(name)
    cases = {case.name: case for case in suite.cases}
    for place in (place for claim in suite.claims for place in places_of(claim)):
        case = cases[place.case]
        assert (place.epoch or 0) <= case.params.get("max_epochs", 0), place
        assert not place.figure.startswith("validation_") or case.validation == "test", place
        assert place.figure != "chosen" or case.grid, place


def test_the_budgets_of_all_suites_are_six_hours_at_most():
    assert sum(load_suite(name).budget for name in SUITES) <= 6 * 3600


def test_multiply_accumulates_are_lecuns_or_the_suite_says_why():
    suite = load_suite("lecun-1998")
    for case in suite.cases:
        for published in case.published:
            if case.estimator != "mlp" or published.metric != "multiply_accumulates":
                continue
            side = 20 if case.steps else 28
            rows = layer_table(parse_layers(case.params["layers"], 10), (1, side, side))
            count = sum(row.multiply_accumulates for row in rows)
            assert (abs(count - published.value) <= published.tolerance) != bool(published.remark), case.name
