"""What the harness reads of an estimator, beside scikit-learn's own interface.

Nothing here is required: what an estimator does not have is left out of the tables, and so is what another library has
under the same name in another form. `hdr_bench.experiments.measuring.attributes` reads it.

No scikit-learn and no torch is imported here.
"""

from collections.abc import Sequence
from typing import Protocol

from hdr_bench.records.layer_row import LayerRow
from hdr_bench.records.metrics import columns_from

# The names of what `MeasuredEstimator` declares.
ENGINE, HISTORY, LAYER_TABLE, EPOCHS_FOR = "engine_", "history_", "layer_table_", "epochs_for"
# Of an ensemble, the sums over its members.
N_PARAMETERS, N_MULTIPLY_ACCUMULATES = "n_parameters_", "n_multiply_accumulates_"
N_STORED_VARIABLES = "n_stored_variables_"
# The names that scikit-learn and skorch gave to an ensemble's members, and to the parameter for the most epochs.
MEMBERS, MOST_EPOCHS = "estimators_", "max_epochs"

EPOCH = columns_from("history")
"""What `history_` may have of an epoch: mean losses, and accuracies as shares from 0 to 1."""


class MeasuredEstimator(Protocol):
    """A fitted estimator that has all that the harness reads.

    An estimator need not derive from it: it has the attributes that make sense for its method.
    """

    @property
    def engine_(self) -> str:
        """The library that computed, e.g. ``"onedal"``; otherwise the package of the estimator's class is taken."""

    @property
    def n_parameters_(self) -> int:
        """How many numbers were fitted."""

    @property
    def n_multiply_accumulates_(self) -> int:
        """Multiply-accumulates of the prediction for one image."""

    @property
    def n_stored_variables_(self) -> int:
        """How many numbers a prediction needs: those that were fitted, and others that are kept, as training images."""

    @property
    def history_(self) -> Sequence[dict[str, float]]:
        """A dict per epoch, with some of the keys in `EPOCH`."""

    @property
    def layer_table_(self) -> Sequence[LayerRow]:
        """A network layer by layer."""

    def epochs_for(self, n: int) -> int:
        """Return the most epochs that a fit goes through.

        Parameters
        ----------
        n : int
            Training images.

        Returns
        -------
        epochs : int
        """
