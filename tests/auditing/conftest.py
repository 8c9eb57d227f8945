from dataclasses import replace

import numpy as np
import pytest

from hdr_bench import load_dataset
from hdr_bench.auditing.run import plan_audit
from hdr_bench.datasets import Part
from hdr_bench.records.options import RunOptions

N_WRONG = 20


@pytest.fixture(scope="session")
def wrong_digits():
    """digits-8x8 with 20 wrong labels in its training part, and where they are.

    The first test image is a copy of the first training image, with another label.
    """
    digits = load_dataset("digits-8x8")
    wrong = 1 + np.random.default_rng(0).choice(len(digits.train) - 1, N_WRONG, replace=False)
    labels, images, test_labels = (
        array.copy() for array in (digits.train.labels, digits.test.images, digits.test.labels)
    )
    labels[wrong] = (labels[wrong] + 3) % 10
    images[0], test_labels[0] = digits.train.images[0], (labels[0] + 3) % 10
    changed = digits.with_parts(Part(digits.train.images, labels), Part(images, test_labels))
    return replace(changed, name="wrong-digits"), set(wrong.tolist())


@pytest.fixture(scope="session")
def audited(wrong_digits, once):
    """The folder of an audit of both parts; its methods are fitted once for all tests."""

    def make(folder):
        options = RunOptions(out=folder, threads=1)
        plan_audit(wrong_digits[0], methods=["knn", "linear"], part="all", folds=2, options=options).execute()

    return once("label-audit", make)


@pytest.fixture
def again(wrong_digits):
    """A function that plans the audit in a folder where its methods are fitted already."""

    def plan(folder, part="all"):
        options = RunOptions(out=folder, threads=1)
        return plan_audit(wrong_digits[0], methods=["knn", "linear"], part=part, folds=2, options=options)

    return plan
