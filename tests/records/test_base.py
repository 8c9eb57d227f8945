import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from hdr_bench import run_suite
from hdr_bench.exceptions import SuiteError
from hdr_bench.records.base import Bytes, Seconds

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
            assert f"not a valid {told}" in str(error) or "must be" in str(error)
        else:
            assert value > 0


@pytest.mark.parametrize(
    ("limits", "told"),
    [
        ({"time_limit": "soon"}, "time_limit: 'soon' is not a valid duration; write e.g. 90s, 10min"),
        ({"time_limit": "-5s"}, "time_limit: '-5s' is not a valid duration"),
        ({"time_limit": 0}, "time_limit: a duration must be above 0 s and at most 1,000,000,000 s, got 0"),
        ({"time_limit": True}, "time_limit: True is not a valid duration"),
        ({"memory_limit": "8 apples"}, "memory_limit: '8 apples' is not a valid size; write e.g. 500MB or 8GB"),
        ({"memory_limit": 0}, "memory_limit: a size must be at least 1 byte"),
        ({"memory_limit": "9" * 5000 + "GB"}, r"memory_limit: '9+\.\.\.9+GB' is not a valid size"),
        ({"threads": 10**9}, "threads: must be at most 4,096, got 1000000000"),
        ({"threads": 0}, "threads: must be at least 1, got 0"),
        ({"seed": -1}, "seed: must be at least 0, got -1"),
        ({"seed": 2**64}, "seed: must be at most 4,294,967,295, got 18446744073709551616"),
        ({"repeats": 0}, "repeats: must be at least 1, got 0"),
        ({"repeats": True}, "repeats: must be a whole number, got True"),
        ({"samples": "3"}, "samples: must be a whole number, got '3'"),
        ({"full": 1}, "full: must be true or false, got 1"),
        ({"jobs": 0}, "jobs"),
        ({"backend": "lokey"}, "unknown backend 'lokey'"),
        ({"backend": "lokal"}, "Did you mean 'local'"),
        ({"backend": "dask"}, r"needs scheduler \(--scheduler\): Address of a Dask scheduler, e.g. tcp://"),
        ({"scheduler": "tcp://x:1"}, r"scheduler \(--scheduler\) is for the backend dask, not for sequential"),
        ({"backend": "sequential", "jobs": 2}, r"jobs \(--jobs\) is for the backend local, not for sequential"),
    ],
)
def test_limits_and_backends_that_are_not_possible(tmp_path, limits, told):
    with pytest.raises(SuiteError, match=told):
        run_suite("quick", out=tmp_path / "run", **limits)
    assert not (tmp_path / "run").exists()
