"""Imports of the fork server, done once so that each trial's process starts with them.

Imports for networks take as long as all others, so they are done only if `NETWORKS` is in the environment.

Imports only: nothing here may start a thread, which a fork would not carry over.
"""

# ruff: noqa: E402  # the fork server must first be set to end with its host
from hdr_bench.process_tree import end_with_parent

end_with_parent()

import signal

# Until the imports are finished, an interrupt ends it silently; its host starts another.
signal.signal(signal.SIGINT, signal.SIG_DFL)

import gc

# Nothing that an import creates is garbage; the collector would look at all of it again and again.
gc.disable()

import os
import sys
from contextlib import suppress
from importlib import import_module

import hdr_bench.experiments.measuring.measure
from hdr_bench.estimators import ESTIMATORS
from hdr_bench.experiments.messages import NETWORKS

__all__ = ["hdr_bench"]

_ENTRIES = [entry for entry in ESTIMATORS.values() if NETWORKS in os.environ or not entry.needs_torch]
# torch before the engines: each brings its own OpenMP, and all processes must load them in the same order.
_ENTRIES.sort(key=lambda entry: not entry.needs_torch)
# skorch imports it for graphs if it is installed; its import initializes the GPU, which forked processes can then no
# longer use.
_GRAPHS = "torch_geometric"
sys.modules[_GRAPHS] = None  # type: ignore[assignment]  # makes its import fail
for _name in (name for entry in _ENTRIES for name in (*entry.preload, entry.module)):
    # A library may be missing or broken, and raise anything; a trial that needs it reports that.
    with suppress(Exception, SystemExit):
        import_module(_name)
del sys.modules[_GRAPHS]

# Exclude these objects from garbage collection in the trials, which would scan them and copy their pages.
gc.collect()
gc.freeze()
gc.enable()

# Initial state of the trials' processes.
signal.signal(signal.SIGINT, signal.default_int_handler)
