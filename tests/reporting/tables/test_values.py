import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hdr_bench.records.metrics import METRICS
from hdr_bench.reporting.numbers import MISSING
from hdr_bench.reporting.tables.values import difference_writer, value_writer, write_published, write_with_unit


@pytest.mark.parametrize("name", METRICS)
def test_what_is_not_measured_is_missing_in_every_column(name):
    metric = METRICS[name]
    assert value_writer(metric, 1000)(math.nan) == difference_writer(metric, 1000)(math.nan) == MISSING


@pytest.mark.parametrize(
    ("name", "value", "n_images", "text", "with_unit"),
    [
        ("accuracy", 0.98765, 10_000, "98.77", "98.77 %"),
        ("accuracy", 0.98765, 360, "98.8", "98.8 %"),
        # Of an epoch: of no images.
        ("train_accuracy", 0.98765, 0, "98.77", "98.77 %"),
        ("rejection", 0.0812, 10_000, "8.1", "8.1 %"),
        ("loss", 0.04567, 0, "0.0457", "0.0457"),
        ("parameters", 1156365, 0, "1,156,365", "1,156,365"),
        ("fit_seconds", 123.4, 0, "123", "123 s"),
        ("latency_seconds", 0.00234, 0, "2.3", "2.3 ms"),
        ("size_bytes", 1_234_567, 0, "1.2", "1.2 MB"),
    ],
)
def test_a_value_is_written_by_its_kind_in_its_unit(name, value, n_images, text, with_unit):
    assert value_writer(METRICS[name], n_images)(value) == text
    assert write_with_unit(METRICS[name], value, n_images) == with_unit


def test_a_difference_has_its_sign():
    assert difference_writer(METRICS["test_error"], 10_000)(-0.0012) == "−0.12"
    assert difference_writer(METRICS["test_loss"])(0.01234) == "+0.0123"
    assert difference_writer(METRICS["parameters"])(-1234) == "−1,234"
    assert difference_writer(METRICS["epoch_seconds"])(3.21) == "+3.2"


@given(st.decimals(0, 1, places=4), st.integers(0, 4))
def test_a_published_share_keeps_the_digits_of_its_source(value, places):
    written = f"{value:.{places}f}"
    text = write_published(METRICS["test_accuracy"], Decimal(written))
    assert Decimal(text) == 100 * Decimal(written)
    assert len(text.partition(".")[2]) == max(places - 2, 0)
