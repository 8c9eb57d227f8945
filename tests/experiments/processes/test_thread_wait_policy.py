"""How the threads of trials wait for each other: what is set, what a user decides, and that OpenMP reads it."""

import os
import re
import subprocess
import sys

import pytest

from hdr_bench.experiments.messages import Task
from hdr_bench.experiments.processes.host_handle import Host
from hdr_bench.experiments.processes.host_pool import ignore_stage
from hdr_bench.experiments.processes.thread_wait_policy import CHOICES, SETTINGS, thread_wait_variables


def test_what_a_user_has_set_is_left_as_it_is():
    assert thread_wait_variables({"PATH": "/bin"}) == SETTINGS
    for name, choices in CHOICES.items():
        for choice in choices:
            assert thread_wait_variables({choice: "7"}) == {
                other: SETTINGS[other] for other in SETTINGS if other != name
            }
    assert thread_wait_variables({**SETTINGS, "GOMP_SPINCOUNT": "7"}) == {}


def test_a_command_has_the_setting_before_it_loads_what_computes():
    environment = {
        name: value for name, value in os.environ.items() if not any(name in each for each in CHOICES.values())
    }
    code = (
        "import os, sys, hdr_bench.cli\n"
        f"values = lambda *_: print([os.environ.get(name) for name in {list(SETTINGS)}], 'numpy' in sys.modules)\n"
        "hdr_bench.cli.main = values\n"
        "from hdr_bench.__main__ import main\n"
        "main()"
    )
    ended = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert ended.stdout == f"{list(SETTINGS.values())} False\n"


def test_a_trials_openmp_its_environment_and_its_children_have_the_setting(behaving, monkeypatch):
    for name in (name for choices in CHOICES.values() for name in choices):
        monkeypatch.delenv(name, raising=False)
    # Each copy of GNU's OpenMP prints what it has read when it is loaded.
    monkeypatch.setenv("OMP_DISPLAY_ENV", "verbose")
    host = Host(for_networks=True)
    try:
        result, _ = host.run(Task(behaving("shows_how_threads_wait")), ignore_stage)
    finally:
        host.close()
    assert result.status == "ok", result.error
    values = list(SETTINGS.values())
    assert any(f"{values}, and a child's {values}" in warning for warning in result.warnings)
    read = re.findall(r"GOMP_SPINCOUNT = '(\d+)'", host._printed_last())
    if not read:
        pytest.skip("the libraries of this platform do not use GNU's OpenMP")
    assert set(read) == {SETTINGS["GOMP_SPINCOUNT"]}
