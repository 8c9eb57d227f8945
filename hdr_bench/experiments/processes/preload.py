"""Imports of the fork server, made once, so that each trial's process starts with it.

What networks need takes as long as all else: it is imported only where `NETWORKS` is in the environment.

Imports only: nothing here may start a thread, which a fork would not carry over.
"""

# ruff: noqa: E402  # the first thing is that the fork server ends with its host, and its trials with it
from hdr_bench.process_tree import end_with_parent

end_with_parent()

import signal

# Until all is imported an interrupt ends it without a word; its host starts another.
signal.signal(signal.SIGINT, signal.SIG_DFL)

import gc
import os
import sys
from contextlib import suppress
from importlib import import_module

import hdr_bench.experiments.measuring.measure
from hdr_bench.estimators import ESTIMATORS
from hdr_bench.experiments.messages import NETWORKS

__all__ = ["hdr_bench"]

_ENTRIES = [entry for entry in ESTIMATORS.values() if NETWORKS in os.environ or not entry.needs_torch]
# torch before the engines: each brings its own OpenMP, and they are loaded in one order in all processes.
_ENTRIES.sort(key=lambda entry: not entry.needs_torch)
# skorch imports it where it is installed, for graphs; its import begins to use the GPU, and no process that is forked
# after that can use one.
_GRAPHS = "torch_geometric"
sys.modules[_GRAPHS] = None  # type: ignore[assignment]  # Python's way to say that it cannot be imported
for _name in (name for entry in _ENTRIES for name in (*entry.preload, entry.module)):
    # A library may not be there; one that is there and broken may raise anything; a trial that needs it says so.
    with suppress(Exception, SystemExit):
        import_module(_name)
del sys.modules[_GRAPHS]

# What is here stays: each trial's collections of garbage need not look through it, nor copy its pages to do so.
gc.collect()
gc.freeze()

# What trials' processes begin with.
signal.signal(signal.SIGINT, signal.default_int_handler)
