"""k-NN's neighbours, votes and ties: one rule for all engines, and for one image as for many."""

from importlib.util import find_spec

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hdr_bench import load_dataset
from hdr_bench.estimators import KNNClassifier
from hdr_bench.estimators.neighbor_search import ENGINES, make_index

INSTALLED = [engine for engine, module in ENGINES.items() if find_spec(module)]


def _by_definition(images, X, k):
    """Return distances and places of the k nearest, the earlier of equally distant ones first."""
    squares = ((X[:, None].astype(float) - images[None].astype(float)) ** 2).sum(axis=2)
    order = np.argsort(squares, axis=1, kind="stable")[:, :k]
    return np.sqrt(np.take_along_axis(squares, order, axis=1)), order


@st.composite
def tied_problems(draw):
    """Few grey values, repeated images, any number of neighbours: nearly everything ties."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n, n_features, n_greys = draw(st.integers(1, 60)), draw(st.integers(1, 6)), draw(st.integers(1, 3))
    scale, offset = draw(st.sampled_from([(1, 0), (1, 1000), (100, -7)]))
    images = rng.integers(0, n_greys + 1, (n, n_features)) * scale + offset
    images = images[rng.integers(0, n, n)].astype(draw(st.sampled_from([np.uint8, np.float32, np.float64])))
    X = images[rng.integers(0, n, 7)]
    return images, rng.integers(0, 3, n), X, draw(st.integers(1, n))


@given(tied_problems())
@settings(max_examples=60, deadline=None, derandomize=True)
def test_ties_are_decided_by_place_then_by_class(problem):
    images, labels, X, k = problem
    distances, places = _by_definition(images, X, k)
    votes = np.stack([(labels[places] == label).sum(axis=1) for label in np.unique(labels)], axis=1)
    expected = np.unique(labels)[votes.argmax(axis=1)]
    for engine in INSTALLED:
        model = KNNClassifier(k, weights="uniform", engine=engine).fit(images, labels)
        np.testing.assert_array_equal(model.predict(X), expected)
        alone = np.concatenate([model.predict(X[place : place + 1]) for place in range(len(X))])
        np.testing.assert_array_equal(alone, expected)
        searched = make_index(images.astype(np.float64), engine).neighbors(X.astype(np.float64), k)
        np.testing.assert_array_equal(searched[1], places)
        np.testing.assert_array_equal(searched[0], distances)


@pytest.mark.parametrize("weights", ["uniform", "distance"])
@pytest.mark.parametrize("engine", INSTALLED)
def test_engines_agree_on_black_and_white_digits_however_they_are_split(engine, weights):
    digits = load_dataset("mnist-5k")
    train, test = digits.train.X[::4] > 127, digits.test.X[:200] > 127
    model = KNNClassifier(3, weights=weights, engine=engine).fit(train, digits.train.y[::4])
    reference = KNNClassifier(3, weights=weights, engine="scikit-learn").fit(train, digits.train.y[::4])
    expected = reference.predict_proba(test)
    for size in (1, 7, 200):
        parts = [model.predict_proba(test[start : start + size]) for start in range(0, 200, size)]
        np.testing.assert_array_equal(np.concatenate(parts), expected)


@pytest.mark.parametrize("engine", INSTALLED)
def test_clusters_closer_than_single_precision_are_told_apart(engine):
    rng = np.random.default_rng(0)
    images = np.concatenate([rng.normal(side, 1e-6, (40, 5)) for side in (-1e3, 1e3)])
    _, places = _by_definition(images, images, 4)
    np.testing.assert_array_equal(make_index(images, engine).neighbors(images, 4)[1], places)
