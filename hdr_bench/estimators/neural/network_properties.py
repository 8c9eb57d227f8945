"""Properties that a fitted network reports: `MeasuredEstimator` for networks."""

from abc import ABC, abstractmethod
from typing import Any

from sklearn.utils.validation import check_is_fitted

from hdr_bench.estimators.base import EPOCH
from hdr_bench.estimators.neural.layer_protocol import Layer
from hdr_bench.estimators.neural.notation import layer_table
from hdr_bench.estimators.pixels import ImageShape, channels_first
from hdr_bench.records.layer_row import LayerRow
from hdr_bench.records.metrics import EARLIER_NAMES

_SKORCH_NAMES = {today: earlier for earlier, today in EARLIER_NAMES.items()}


class NetworkProperties(ABC):
    """Properties of a fitted network that appear in reports.

    Attributes
    ----------
    net_ : Net
        Trained skorch net.
    image_shape_ : tuple of int
        Image shape of a row of features.
    """

    net_: Any
    image_shape_: ImageShape

    @property
    def history_(self) -> list[dict[str, float]]:
        """Loss and accuracy of each epoch: on the training images while it ran, and on held-out images."""
        check_is_fitted(self)
        return [
            {name: float(row[key]) for name in EPOCH if (key := _SKORCH_NAMES.get(name, name)) in row}
            for row in self.net_.history
        ]

    @property
    def n_iter_(self) -> int:
        """Number of epochs run."""
        check_is_fitted(self)
        return len(self.net_.history)

    @property
    def n_parameters_(self) -> int:
        """Number of trainable parameters."""
        check_is_fitted(self)
        return sum(parameter.numel() for parameter in self.net_.module_.parameters() if parameter.requires_grad)

    @property
    def n_multiply_accumulates_(self) -> int:
        """Multiply-accumulates for one image, in convolutions and fully connected layers."""
        return sum(row.multiply_accumulates for row in self.layer_table_)

    @property
    def n_stored_variables_(self) -> int:
        """Number of values needed for predictions: weights, running means and variances."""
        check_is_fitted(self)
        return sum(row.parameters + row.buffers for row in self.layer_table_)

    @property
    def layer_table_(self) -> list[LayerRow]:
        """Layers of the network: token, output shape, parameters, buffers, multiply-accumulates for one image."""
        check_is_fitted(self)
        return layer_table(self._parsed_layers(), channels_first(self.image_shape_))

    @property
    def engine_(self) -> str:
        """Library that does the computation, with the device if it is not the CPU."""
        check_is_fitted(self)
        return "torch" if str(self.net_.device) == "cpu" else f"torch ({self.net_.device})"

    @abstractmethod
    def _parsed_layers(self) -> list[Layer]:
        """Return the layers of the fitted network."""
