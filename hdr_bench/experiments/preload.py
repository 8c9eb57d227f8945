"""What the fork server imports once, so that each trial's process starts with it.

Imports only: nothing here may start a thread, which a fork would not carry over.
"""

import sklearn.decomposition
import sklearn.linear_model
import sklearn.pipeline
import sklearn.svm
import sklearn.tree
import skorch.callbacks
import torch

import hdr_bench.estimators.linear
import hdr_bench.estimators.neighbors
import hdr_bench.estimators.neural
import hdr_bench.estimators.svm
import hdr_bench.estimators.training
import hdr_bench.estimators.tree
import hdr_bench.experiments.measure

__all__ = ["hdr_bench", "sklearn", "skorch", "torch"]
