"""Which costs are measured apart, and which are marked as the least."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hdr_bench.reporting.comparisons.costs import Cost, is_apart, speed_up, threshold
from hdr_bench.reporting.tables.cost_marks import least_marks


def _costs(measure="fit_seconds", **fits):
    """Return a summary and results of made-up costs: for each row its values, or a dict with more."""
    rows, summary = [], []
    for case, asked in fits.items():
        made = asked if isinstance(asked, dict) else {"values": asked}
        waits = made.get("waits", [0.0] * len(made["values"]))
        rows += [
            {
                "label": case,
                "status": "ok",
                measure: value,
                "fit_wait_share": wait,
                "predict_wait_share": wait,
                "n_concurrent": made.get("n_concurrent", 1),
            }
            for value, wait in zip(made["values"], waits, strict=True)
        ]
        summary.append(
            {
                "case": case,
                "cost_set": made.get("set", "all"),
                "is_ranked": made.get("is_ranked", True),
                "is_dummy": made.get("is_dummy", False),
            }
        )
    return pd.DataFrame(summary), pd.DataFrame(rows)


def _marks(measure="fit_seconds", **fits):
    summary, results = _costs(measure, **fits)
    marks = least_marks(summary, results, measure)
    return {summary["case"][row]: mark for row, mark in marks.items()}


def test_the_least_is_marked_if_anything_is_measured_apart_from_it():
    # Ranges that overlap; ranges apart by less than a tenth; apart.
    assert _marks(a=[10, 12, 14], b=[13, 15, 16], c=[30, 31, 32]) == {"a": "best", "b": "like the best"}
    assert _marks(a=[10.0, 10.1, 10.2], b=[10.3, 10.4, 10.5], c=[20, 21, 22]) == {"a": "best", "b": "like the best"}
    assert _marks(a=[10, 11, 12], b=[13, 14, 15]) == {"a": "best"}
    # Nothing is measured apart: nothing is the least.
    assert _marks(a=[10, 12, 14], b=[13, 15, 16]) == {}
    assert _marks(a=[10, 12, 14]) == {}


def test_no_factor_is_hidden_by_an_absolute_floor():
    assert _marks(a=[0.0042], b=[0.0072], c=[0.0717], d=[0.09]) == {"a": "best", "b": "like the best"}
    assert _marks("fit_peak_bytes", a=[250_000], b=[4_250_000]) == {"a": "best"}
    assert _marks(a=[0.0040, 0.0042, 0.0041], b=[0.0072, 0.0070, 0.0071]) == {"a": "best"}


def test_fewer_fits_need_a_factor():
    assert _marks(a=[10.0], b=[29.0], c=[31.0]) == {"a": "best", "b": "like the best"}
    assert _marks("predict_seconds", a=[1.0], b=[3.9], c=[4.1]) == {"a": "best", "b": "like the best"}
    assert _marks("fit_peak_bytes", a=[1e6], b=[1.9e6], c=[2.1e6]) == {"a": "best", "b": "like the best"}
    assert _marks("size_bytes", a=[1e6], b=[1.09e6], c=[1.11e6]) == {"a": "best", "b": "like the best"}
    # One of the two has enough fits.
    assert _marks(a=[10, 11, 12], b=[25.0], c=[99.0]) == {"a": "best", "b": "like the best"}


def test_disturbed_fits_dummies_and_incomplete_rows_are_not_ranked():
    busy = {"waits": [0.3, 0.0, 0.0, 0.01], "values": [90, 10, 11, 12]}
    assert _marks(a=busy, b=[20, 21, 22]) == {"a": "best"}
    assert _marks(a={"values": [1, 1, 1], "waits": [0.2, 0.2, 0.2]}, b=[10, 11, 12], c=[20, 21, 22]) == {"b": "best"}
    # Results from before the wait was measured.
    old = {"waits": [np.nan] * 3, "n_concurrent": 2}
    assert _marks(a={"values": [1, 1, 1], **old}, b={"values": [9, 9, 9], **old}) == {}
    assert _marks("fit_peak_bytes", a={"values": [1, 1, 1], **old}, b={"values": [9, 9, 9], **old}) == {"a": "best"}
    apart = {"dummy": {"values": [1, 1, 1], "is_dummy": True}, "partly": {"values": [1, 1], "is_ranked": False}}
    assert _marks(**apart, b=[10, 11, 12], c=[20, 21, 22]) == {"b": "best"}


def test_other_data_and_numbers_of_images_are_ranked_apart():
    marks = _marks(
        a={"values": [10.0], "set": "a"},
        b={"values": [31.0], "set": "a"},
        c={"values": [1.0], "set": "b"},
        d={"values": [50.0], "set": "b"},
        part={"values": [0.1], "set": ""},
    )
    assert marks == {"a": "best", "c": "best"}


@settings(deadline=None)
@given(
    st.lists(st.floats(1e-4, 1e4), min_size=1, max_size=6),
    st.lists(st.floats(1e-4, 1e4), min_size=1, max_size=6),
    st.floats(1e-3, 1e3),
)
def test_whether_costs_are_apart_does_not_depend_on_their_unit_or_order(one, other, unit):
    first, second = Cost("fit_seconds", tuple(one)), Cost("fit_seconds", tuple(other))
    assert is_apart(first, second) == is_apart(second, first)
    assert not is_apart(first, first)
    ratio = first.median / second.median
    # Where rounding decides, it may decide otherwise in another unit.
    if abs(abs(np.log(ratio)) - np.log(threshold(first, second))) > 1e-9:
        scaled = [Cost("fit_seconds", tuple(unit * value for value in values)) for values in (one, other)]
        assert is_apart(*scaled) == is_apart(first, second)
    if said := speed_up(first, second):
        assert float(said.replace(",", "")) == pytest.approx(ratio, rel=0.5)
        assert len(said.replace(",", "").rstrip("0")) == 1
        assert min(one) > 2 * max(other)
        assert min(len(one), len(other)) >= 3
