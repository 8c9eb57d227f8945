"""Activations of a network's hidden layer as features for other methods."""

from collections.abc import Sequence
from numbers import Integral
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin, clone
from sklearn.utils import Tags
from sklearn.utils._param_validation import Interval
from sklearn.utils.validation import check_is_fitted, validate_data

from hdr_bench.estimators.likeness import warn_if_unlike
from hdr_bench.estimators.neural.base import NeuralClassifier
from hdr_bench.estimators.neural.cnn import CNNClassifier
from hdr_bench.estimators.neural.hidden import layer_outputs
from hdr_bench.estimators.neural.layers import Activation
from hdr_bench.estimators.neural.mlp import MLPClassifier
from hdr_bench.estimators.neural.notation import layer_table, parse_layers
from hdr_bench.estimators.parameter_checks import check_parameters
from hdr_bench.estimators.pixels import channels_first, image_shape_of
from hdr_bench.estimators.saving import VersionChecked
from hdr_bench.exceptions import UnknownNameError, shown
from hdr_bench.records.layer_row import LayerRow


class HiddenActivations(ClassNamePrefixFeaturesOutMixin, VersionChecked, TransformerMixin, BaseEstimator):
    """Train a network, and return the activations of one of its layers as features.

    In a pipeline, they are the input of another classifier, such as the nearest neighbours and the locally trained
    linear classifiers in the last layer of LeNet-4 in LeCun, Bottou, Bengio and Haffner (1998), "Gradient-based
    learning applied to document recognition", section III.C.

    Parameters
    ----------
    estimator : MLPClassifier, CNNClassifier or None, default=None
        Network; a clone of it is fitted. None uses `CNNClassifier` with its default parameters.
    layer : int or str, default=-2
        Layer whose output is returned. A number is its position in the network's `layer_table_`, as printed by
        ``hdr-bench show``; negative numbers count from the end: -1 is the last layer (usually the outputs before the
        softmax), and -2 its input. A text is a token that occurs once, such as ``"120C5"``; if an activation function
        follows it, this is applied.

    Attributes
    ----------
    estimator_ : MLPClassifier or CNNClassifier
        The fitted network.
    layer_ : int
        Position of the layer in use in the network's `layer_table_`.
    n_features_in_ : int
        Number of features seen during fit.

    Examples
    --------
    >>> from sklearn.pipeline import make_pipeline
    >>> from hdr_bench import load_dataset
    >>> from hdr_bench.estimators import CNNClassifier, HiddenActivations, KNNClassifier
    >>> digits = load_dataset("digits-8x8")
    >>> network = CNNClassifier("16C3-MP2-32N", random_state=0)
    >>> model = make_pipeline(HiddenActivations(network), KNNClassifier()).fit(digits.train.X, digits.train.y)
    >>> model[0].transform(digits.test.X).shape[1]
    32
    >>> model.score(digits.test.X, digits.test.y) > 0.95
    True
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "estimator": [MLPClassifier, CNNClassifier, None],
        "layer": [Interval(Integral, None, None, closed="neither"), str],
    }

    def __init__(self, estimator: NeuralClassifier | None = None, *, layer: int | str = -2) -> None:
        self.estimator = estimator
        self.layer = layer

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Train the network.

        Parameters
        ----------
        X : array-like of shape (n, n_features)
            Raw pixels.
        y : array-like of shape (n,)
            Labels of at least two classes.

        Returns
        -------
        self

        Raises
        ------
        UnknownNameError
            If the network has no such layer.
        ValueError
            If the data or a parameter is invalid, or the network's layers do not fit the images.
        """
        check_parameters(self)
        rows, labels = validate_data(self, X, y)
        table = self._table(rows.shape[1], len(np.unique(labels)))
        self.layer_ = find_layer(table, self.layer)
        self._n_features_out = int(np.prod(table[self.layer_].output_shape))
        self.estimator_ = clone(self._network()).fit(rows, labels)
        return self

    def transform(self, X: ArrayLike) -> NDArray[np.float32]:
        """Return the activations of the layer.

        Parameters
        ----------
        X : array-like of shape (n, n_features)
            Raw pixels.

        Returns
        -------
        activations : ndarray of shape (n, n_features_out)
            float32; those of a convolution or pooling are ordered by channel, row and column.
        """
        check_is_fitted(self)
        rows = validate_data(self, X, reset=False)
        warn_if_unlike(self.estimator_, rows)
        return layer_outputs(self.estimator_, rows, self.layer_)

    @property
    def n_parameters_(self) -> int:
        """Number of the network's parameters up to the layer."""
        return sum(row.parameters for row in self._rows_in_use())

    @property
    def n_multiply_accumulates_(self) -> int:
        """Multiply-accumulates for one image up to the layer."""
        return sum(row.multiply_accumulates for row in self._rows_in_use())

    @property
    def n_stored_variables_(self) -> int:
        """Number of values needed up to the layer: weights, running means and variances."""
        return sum(row.parameters + row.buffers for row in self._rows_in_use())

    @property
    def engine_(self) -> str:
        """Library that does the computation, with the device if it is not the CPU."""
        check_is_fitted(self)
        return self.estimator_.engine_

    @property
    def _libraries(self) -> tuple[str, ...]:
        return self._network()._libraries

    def _network(self) -> NeuralClassifier:
        return CNNClassifier() if self.estimator is None else self.estimator

    def _table(self, n_features: int, n_classes: int) -> list[LayerRow]:
        network = self._network()
        shape = image_shape_of(n_features, network.image_shape)
        return layer_table(
            parse_layers(network._layers_on(shape), n_classes, network.activation), channels_first(shape)
        )

    def _rows_in_use(self) -> list[LayerRow]:
        check_is_fitted(self)
        return self.estimator_.layer_table_[: self.layer_ + 1]

    def _n_features_after(self, n_features: int) -> int | None:
        # Only the output layer depends on the number of classes.
        few, more = ([int(np.prod(row.output_shape)) for row in self._table(n_features, n)] for n in (2, 3))
        place = find_layer(self._table(n_features, 2), self.layer)
        return few[place] if few[place] == more[place] else None

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.target_tags.required = True
        # A network computes in single precision.
        tags.transformer_tags.preserves_dtype = []
        return tags


def find_layer(table: Sequence[LayerRow], layer: int | str) -> int:
    """Return the position of a layer in a network's table.

    Parameters
    ----------
    table : sequence of LayerRow
    layer : int or str
        Position, negative from the end, or a token.

    Returns
    -------
    place : int
        From 0. For a token that is followed by an activation function, the position of that.

    Raises
    ------
    UnknownNameError
        If no layer has this token.
    ValueError
        If there is no such position, or several layers have the token.
    """
    tokens = [row.token for row in table]
    if not isinstance(layer, str):
        if not -len(table) <= layer < len(table):
            raise ValueError(
                f"layer must be between {-len(table)} and {len(table) - 1} for the {len(table)} layers "
                f"{'-'.join(tokens)}, got {shown(layer)}"
            )
        return int(layer) % len(table)
    places = [place for place, token in enumerate(tokens) if token == layer]
    if not places:
        raise UnknownNameError("layer", layer, list(dict.fromkeys(tokens)))
    if len(places) > 1:
        raise ValueError(
            f"layer {shown(layer)} occurs {len(places)} times in {'-'.join(tokens)}; "
            f"give its position instead: {', '.join(map(str, places))}"
        )
    following = table[places[0] + 1 : places[0] + 2]
    return places[0] + sum(row.layer == Activation.__name__ for row in following)
