"""What runs, and waiting for it."""

import time
from contextlib import suppress

import psutil

from hdr_bench.process_tree import MARK


def of_hosts_of(pid):
    """Return what the hosts of a process have started and still runs, wherever it is."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.environ().get(MARK, "").startswith(f"{pid}-"):
                found.append(process)
    return found


def runs(process, module):
    """Return whether a process runs a module; one that has ended, a zombie too, has no command line."""
    with suppress(psutil.Error):
        return module in process.cmdline()
    return False


def wait_for(event):
    """Return what `event` returns as soon as that is true; what never comes is ended by the limit of each test."""
    while not (found := event()):
        time.sleep(0.05)
    return found


def read_pids(path):
    """Return the processes whose numbers a method has written to a file, a line each; none before it is whole."""
    if not path.exists() or not path.read_text().endswith("end\n"):
        return []
    return [psutil.Process(int(line)) for line in path.read_text().split()[:-1]]


def still_running(processes, seconds=600.0):
    """Return those of some processes that do not end; the time only bounds a test that fails, before its own limit."""
    _, alive = psutil.wait_procs(processes, timeout=seconds)
    return alive
