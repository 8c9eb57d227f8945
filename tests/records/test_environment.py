import subprocess
from importlib import metadata
from pathlib import Path

import psutil

import hdr_bench
from hdr_bench.records.environment import available_cores, read_environment


def test_it_says_what_this_machine_is():
    environment = read_environment()
    assert environment.cpu
    assert environment.cores == available_cores() <= psutil.cpu_count()
    assert environment.memory_bytes == psutil.virtual_memory().total
    assert environment.libraries["scikit-learn"] == metadata.version("scikit-learn")
    assert environment.libraries["hdr-bench"] == hdr_bench.__version__
    assert any(pool.library == "openblas" for pool in environment.thread_pools)


def test_the_commit_is_the_checkouts():
    checkout = Path(hdr_bench.__file__).parents[1]
    asked = subprocess.run(["git", "-C", checkout, "rev-parse", "HEAD"], capture_output=True, text=True, check=False)
    assert read_environment().commit.rstrip("+") == asked.stdout.strip()
