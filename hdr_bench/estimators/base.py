"""Attributes of an estimator that the harness reads, besides scikit-learn's own interface.

All of them are optional: what an estimator lacks is left out of the tables, and so are attributes of other libraries
that have the same name but another form. `hdr_bench.experiments.measuring.attributes` reads them.

This module imports neither scikit-learn nor torch.
"""

from collections.abc import Sequence
from typing import Protocol

from hdr_bench.records.layer_row import LayerRow
from hdr_bench.records.metrics import columns_from

# Names of the attributes that `MeasuredEstimator` declares.
ENGINE, HISTORY, LAYER_TABLE, EPOCHS_FOR = "engine_", "history_", "layer_table_", "epochs_for"
# For an ensemble, these are summed over its members; for a pipeline, over the final estimator and the steps that have
# them.
N_PARAMETERS, N_MULTIPLY_ACCUMULATES = "n_parameters_", "n_multiply_accumulates_"
N_STORED_VARIABLES = "n_stored_variables_"
# Names used by scikit-learn and skorch for an ensemble's members and for the maximum number of epochs.
MEMBERS, MOST_EPOCHS = "estimators_", "max_epochs"

EPOCH = columns_from("history")
"""Keys that an epoch in `history_` may have: mean losses, and accuracies as fractions from 0 to 1."""


class MeasuredEstimator(Protocol):
    """A fitted estimator with all the attributes that the harness reads.

    An estimator need not derive from it, and has only the attributes that make sense for its method.
    """

    @property
    def engine_(self) -> str:
        """Library that does the computation, e.g. ``"onedal"``; by default, the package of the estimator's class."""

    @property
    def n_parameters_(self) -> int:
        """Number of fitted parameters."""

    @property
    def n_multiply_accumulates_(self) -> int:
        """Multiply-accumulates needed to predict one image."""

    @property
    def n_stored_variables_(self) -> int:
        """Numbers needed for a prediction: the fitted parameters and other stored values, such as training images."""

    @property
    def history_(self) -> Sequence[dict[str, float]]:
        """One dict per epoch, with some of the keys in `EPOCH`."""

    @property
    def layer_table_(self) -> Sequence[LayerRow]:
        """Layers of the network, one row per layer."""

    def epochs_for(self, n: int) -> int:
        """Return the maximum number of epochs of a fit.

        Parameters
        ----------
        n : int
            Number of training images.

        Returns
        -------
        epochs : int
        """
