import numpy as np
import pytest

from hdr_bench import load_dataset
from hdr_bench.estimators import (
    TRANSFORMERS,
    make_transformer,
)

IMAGES = [name for name, entry in TRANSFORMERS.items() if ".images." in entry.path]


@pytest.mark.parametrize("name", IMAGES)
def test_every_transformer_by_name_keeps_precision_and_takes_blocks(name):
    X = load_dataset("mnist-5k").train.X[:1203]
    transformer = make_transformer(name).fit(X)
    assert transformer.transform(X).dtype == np.float32
    assert transformer.transform(X.astype(np.float64)).dtype == np.float64
    parts = np.concatenate([transformer.transform(X[:1]), transformer.transform(X[1:])])
    np.testing.assert_allclose(parts, transformer.transform(X), atol=1e-3)
