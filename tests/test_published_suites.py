"""The suites that regenerate published tables: what they say of their sources, before anything is run."""

import pytest

from hdr_bench import load_suite
from hdr_bench.estimators.notation import layer_table, parse_layers
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
        if "layers" in case.params and not case.steps
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


@pytest.mark.parametrize(("name", "fits"), [("aboueloula-2020", 48 * 10), ("zalando-2017", 5), ("lecun-1998", 3)])
def test_full_size_is_what_the_source_did(name, fits):
    suite = load_suite(name)
    if name == "aboueloula-2020":
        (case,) = [case for case in suite.cases if case.grid]
        candidates = 1
        for values in case.grid.values():
            candidates *= len(values)
        assert candidates * case.protocol.folds == fits
        return
    assert suite.protocol.repeats == fits
