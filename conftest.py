"""What every test starts from: a data home and a cache of their own, so that no test reads or writes the user's."""

import atexit
import gc
import os
import shutil
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = ["tests.helpers.trial_fixtures", "tests.helpers.run_fixtures", "tests.helpers.search_fits"]

# Alembic runs the one, the fork server the other, and they work only there.
collect_ignore = ["hdr_bench/web/database/migrations/env.py", "hdr_bench/experiments/processes/preload.py"]

# What the user has set; the tests' other processes find it where the first one put it.
_KEPT = "HDR_BENCH_TESTS_REAL_DATA"
REAL_DATA_HOME = os.environ.get(_KEPT) or os.environ.get("HDR_BENCH_DATA")

# A machine may be as slow, or as busy, as it likes.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")


def pytest_configure() -> None:
    # Until all are collected: nothing of that is garbage, and the collector would look at it again and again.
    gc.disable()
    folder = Path(tempfile.mkdtemp(prefix="hdr-bench-tests-"))
    # The processes of xdist end without `pytest_unconfigure`.
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.environ[_KEPT] = REAL_DATA_HOME or ""
    (folder / "data").mkdir()
    os.environ["HDR_BENCH_DATA"] = str(folder / "data")
    os.environ["XDG_CACHE_HOME"] = str(folder / "cache")
    os.environ["XDG_DATA_HOME"] = str(folder / "user-data")
    os.environ["MPLBACKEND"] = "agg"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # So that no process of the tests is left with one of them when the others have nothing more to do.
    items.sort(key=lambda item: item.get_closest_marker("long") is None)
    for marker, name in (("full_mnist", "mnist"), ("nist15", "nist15")):
        if REAL_DATA_HOME is None or not (Path(REAL_DATA_HOME) / name).is_dir():
            reason = f"{name} is not there: set HDR_BENCH_DATA to a folder that holds it"
            for item in items:
                if item.get_closest_marker(marker):
                    item.add_marker(pytest.mark.skip(reason=reason))


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()
    # Tests write a module twice within a second: what was compiled of the first would pass for the second.
    sys.dont_write_bytecode = True
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"


@pytest.fixture
def data_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data home, and an empty cache, for one test."""
    home = tmp_path / "data-home"
    home.mkdir()
    monkeypatch.setenv("HDR_BENCH_DATA", str(home))
    monkeypatch.setenv("HDR_BENCH_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "user-data"))
    return home


@pytest.fixture
def real_data_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data home with the user's own data in it, and nothing verified yet."""
    home = tmp_path / "real-data-home"
    home.mkdir()
    for folder in Path(REAL_DATA_HOME or "").iterdir():
        if folder.name in {"mnist", "nist15"}:
            (home / folder.name).symlink_to(folder)
    monkeypatch.setenv("HDR_BENCH_DATA", str(home))
    monkeypatch.setenv("HDR_BENCH_CACHE", str(tmp_path / "cache"))
    return home
