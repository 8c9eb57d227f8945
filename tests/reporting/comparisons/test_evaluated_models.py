"""What models make of data, against the scores on their cards."""

import numpy as np
import pytest

from hdr_bench.records.evaluated_model import EvaluatedModel, OwnScore
from hdr_bench.records.predictions import Predictions
from hdr_bench.reporting.comparisons.evaluated_models import evaluations_frame


def _evaluated(dataset, n_right, n_images=100):
    y_true = np.zeros(n_images, np.int64)
    y_pred = (np.arange(n_images) >= n_right).astype(np.int64)
    return EvaluatedModel("cnn", dataset, own=OwnScore("mnist", 100, 0.95), predictions=Predictions(y_true, y_pred))


def test_what_is_lost_on_other_data():
    row = evaluations_frame([_evaluated("own handwriting", 80)]).iloc[0]
    assert row["drop"] == pytest.approx(0.15)
    assert row["drop_low"] < 0.15 < row["drop_high"]
    # 95 and 80 of 100: chi-squared with N - 1 is 10.23.
    assert row["p_value"] == pytest.approx(0.00138, abs=5e-5)


def test_nothing_is_lost_between_images_and_themselves():
    assert np.isnan(evaluations_frame([_evaluated("mnist", 95)]).iloc[0]["drop"])
