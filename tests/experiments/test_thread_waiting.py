"""How the threads of trials wait for each other: what is set, what a user decides, and that OpenMP reads it."""

import re

import pytest

from hdr_bench.experiments.attempts import say_nothing
from hdr_bench.experiments.hosts import Host
from hdr_bench.experiments.thread_waiting import CHOICES, SPIN_COUNT, thread_waiting
from hdr_bench.experiments.work import Work


def test_what_a_user_has_set_is_left_as_it_is():
    assert thread_waiting({"PATH": "/bin"}) == {"GOMP_SPINCOUNT": str(SPIN_COUNT)}
    for name in CHOICES:
        assert thread_waiting({name: "passive"}) == {}


def test_a_trials_openmp_its_environment_and_its_children_have_the_setting(behaving, monkeypatch, capfd):
    for name in CHOICES:
        monkeypatch.delenv(name, raising=False)
    # Each copy of GNU's OpenMP prints what it has read when it is loaded.
    monkeypatch.setenv("OMP_DISPLAY_ENV", "verbose")
    host = Host()
    try:
        result, _ = host.run(Work(behaving("shows_how_threads_wait")), say_nothing)
    finally:
        host.close()
    assert result.status == "ok", result.error
    assert any(f"{SPIN_COUNT}, and a child's {SPIN_COUNT}" in warning for warning in result.warnings)
    read = re.findall(r"GOMP_SPINCOUNT = '(\d+)'", capfd.readouterr().err)
    if not read:
        pytest.skip("the libraries of this platform do not use GNU's OpenMP")
    assert set(read) == {str(SPIN_COUNT)}
