import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from hdr_bench import run_suite
from hdr_bench.exceptions import SuiteError
from hdr_bench.experiments.quantities import Bytes, Seconds

seconds, sizes = TypeAdapter(Seconds), TypeAdapter(Bytes)
UNITS = {"s": 1, "min": 60, "h": 3600, "d": 86400}
POWERS = {"B": 1, "kB": 10**3, "MB": 10**6, "GB": 10**9, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30}


@given(st.integers(1, 10_000), st.sampled_from(sorted(UNITS)), st.booleans())
def test_durations_are_numbers_with_units(count, unit, spaced):
    assert seconds.validate_python(f"{count}{' ' if spaced else ''}{unit}") == pytest.approx(count * UNITS[unit])


@given(st.floats(0.001, 1e6))
def test_a_bare_number_is_in_seconds(value):
    assert seconds.validate_python(value) == seconds.validate_python(f"{value:.20f}") == value


@given(st.integers(1, 10_000), st.sampled_from(sorted(POWERS)))
def test_sizes_are_numbers_with_units(count, unit):
    assert sizes.validate_python(f"{count}{unit}") == count * POWERS[unit]


@given(st.text(max_size=12))
def test_any_other_text_is_refused(text):
    for kind, told in ((seconds, "duration"), (sizes, "size")):
        try:
            value = kind.validate_python(text)
        except ValidationError as error:
            assert told in str(error) or "greater than 0" in str(error) or "finite" in str(error)
        else:
            assert value > 0


@pytest.mark.parametrize(
    ("limits", "told"),
    [({"time_limit": "soon"}, "time_limit='soon' is not possible: 'soon' is no duration; write e.g. 90s, 10min"),
     ({"time_limit": "-5s"}, "time_limit='-5s' is not possible"), ({"time_limit": 0}, "time_limit=0 is not possible"),
     ({"memory_limit": "8 apples"}, "'8 apples' is no size; write e.g. 500MB or 8GB"),
     ({"jobs": 0}, "jobs=0 is not possible"), ({"backend": "lokey"}, "unknown backend 'lokey'"),
     ({"backend": "dask"}, "needs a scheduler's address"), ({"scheduler": "tcp://x:1"}, "needs a scheduler's address"),
     ({"backend": "sequential", "jobs": 2}, "jobs=2 is for the backend loky")],
)  # fmt: skip
def test_limits_and_backends_that_are_not_possible(tmp_path, limits, told):
    with pytest.raises(SuiteError, match=told):
        run_suite("quick", out=tmp_path / "run", **limits)
    assert not (tmp_path / "run").exists()
