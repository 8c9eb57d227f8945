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
from contextlib import suppress
from importlib import import_module

import sklearn.decomposition
import sklearn.linear_model
import sklearn.pipeline
import sklearn.svm
import sklearn.tree

import hdr_bench.estimators.linear
import hdr_bench.estimators.neighbors
import hdr_bench.estimators.svm
import hdr_bench.estimators.tree
import hdr_bench.experiments.measuring.measure
from hdr_bench.experiments.messages import NETWORKS

__all__ = ["hdr_bench", "sklearn"]

# torch imports the last of these, a second's work, with the first optimizer.
_FOR_NETWORKS = (
    "hdr_bench.estimators.neural.cnn",
    "hdr_bench.estimators.neural.mlp",
    "hdr_bench.estimators.neural.training",
    "torch._dynamo",
)
_LATER = ("daal4py", "sklearnex.svm", "sklearnex.linear_model", "sklearnex.neighbors", "faiss")
for _name in (*(_FOR_NETWORKS if NETWORKS in os.environ else ()), *_LATER):
    # A library may not be there; one that is there and broken may raise anything; a trial that needs it says so.
    with suppress(Exception, SystemExit):
        import_module(_name)

# What is here stays: each trial's collections of garbage need not look through it, nor copy its pages to do so.
gc.collect()
gc.freeze()

# What trials' processes begin with.
signal.signal(signal.SIGINT, signal.default_int_handler)
