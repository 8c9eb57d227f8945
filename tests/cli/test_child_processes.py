"""What code of the user's starts when it is imported is gone when the command ends."""

import subprocess
import sys

import psutil
import pytest

SUITE = """
title = "T"
dataset = "digits-8x8"
[[case]]
name = "own"
estimator = "starting.Mine"
"""
# One that leaves no trace, by a parent that ends.
MODULE = """
import subprocess
from sklearn.dummy import DummyClassifier as Mine
shell = "setsid sleep 1234 >/dev/null 2>&1 & echo $!"
pid = subprocess.run(["sh", "-c", shell], stdout=subprocess.PIPE, text=True, env={"PATH": "/usr/bin:/bin"}).stdout
with open("pids", "a") as file:
    file.write(pid)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="orphans are adopted on Linux")
def test_what_a_module_starts_when_it_is_imported_ends_with_the_command(tmp_path):
    (tmp_path / "own.toml").write_text(SUITE)
    (tmp_path / "starting.py").write_text(MODULE)
    command = [sys.executable, "-m", "hdr_bench", "run", "own.toml", "--dry-run"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert ran.stderr.startswith("runs code of starting")
    pids = (tmp_path / "pids").read_text().split()
    # On trial, and for good.
    assert len(pids) == 2
    assert not [pid for pid in map(int, pids) if psutil.pid_exists(pid)]
