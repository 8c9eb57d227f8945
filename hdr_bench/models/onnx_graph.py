"""ONNX graphs of the linear methods, and what every exported graph ends with: the labels."""

from itertools import combinations_with_replacement
from typing import Any

import numpy as np
from numpy.typing import NDArray

OPSET = 20
"""Version of ONNX's operators: that of torch's exporter."""

PIXELS, LABELS, PROBABILITIES, SCORES = "pixels", "labels", "probabilities", "scores"
"""Names of the input, and of the outputs: raw pixels (n, n_features), labels (n,), and one number per class."""


class Graph:
    """Nodes of an ONNX graph, one after the other.

    Parameters
    ----------
    nodes, initializers : list
        To go on from, as another exporter made them.
    """

    def __init__(self, nodes: Any = (), initializers: Any = ()) -> None:
        self.nodes, self.initializers = list(nodes), list(initializers)

    def constant(self, array: NDArray[Any]) -> str:
        """Add an array, and return its name.

        Parameters
        ----------
        array : ndarray

        Returns
        -------
        name : str
        """
        from onnx import numpy_helper

        name = f"hdr_constant_{len(self.initializers)}"
        self.initializers.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def add(self, operator: str, *inputs: str, output: str = "", **attributes: Any) -> str:
        """Add a node, and return the name of its output.

        Parameters
        ----------
        operator : str
            Of ONNX.
        *inputs : str
            Names of what comes in.
        output : str, default=""
            Name of what goes out; by default one is made up.
        **attributes : Any
            Of the operator.

        Returns
        -------
        output : str
        """
        from onnx import helper

        name = output or f"hdr_value_{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, list(inputs), [name], **attributes))
        return name

    def finish(self, n_features: int, classes: NDArray[Any], values: str) -> Any:
        """Return the model of this graph, with the label of the largest value as its first output.

        Parameters
        ----------
        n_features : int
        classes : ndarray of shape (n_classes,)
            Whole numbers or texts.
        values : str
            Name of the values per class, which is one of `PROBABILITIES` and `SCORES`.

        Returns
        -------
        model : onnx.ModelProto
        """
        from onnx import TensorProto, helper

        is_text = classes.dtype.kind in "UO"
        held = classes.astype(object) if is_text else classes.astype(np.int64)
        place = self.add("ArgMax", values, axis=1, keepdims=0)
        self.add("Gather", self._classes(held), place, output=LABELS)
        label_type = TensorProto.STRING if is_text else TensorProto.INT64
        graph = helper.make_graph(
            self.nodes,
            "hdr-bench",
            [helper.make_tensor_value_info(PIXELS, TensorProto.FLOAT, ["n", n_features])],
            [
                helper.make_tensor_value_info(LABELS, label_type, ["n"]),
                helper.make_tensor_value_info(values, TensorProto.FLOAT, ["n", len(classes)]),
            ],
            self.initializers,
        )
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="hdr-bench")

    def _classes(self, classes: NDArray[Any]) -> str:
        from onnx import TensorProto, helper

        if classes.dtype != object:
            return self.constant(classes)
        name = "hdr_classes"
        texts: Any = [str(each).encode() for each in classes]
        self.initializers.append(helper.make_tensor(name, TensorProto.STRING, [len(texts)], texts))
        return name


def linear_graph(model: Any) -> Any:
    """Return the graph of a linear or polynomial classifier.

    Parameters
    ----------
    model : LinearClassifier or PolynomialClassifier
        Fitted.

    Returns
    -------
    model : onnx.ModelProto
    """
    graph = Graph()
    pixels = graph.add("Div", PIXELS, graph.constant(np.asarray(model.scale_, dtype=np.float32)))
    features, coef = pixels, model.coef_
    if hasattr(model, "pca_"):
        features = _products(graph, pixels, model)
        coef = model.coef_ / model.product_scale_
    weights = graph.constant(coef.T.astype(np.float32))
    values = graph.add("Gemm", features, weights, graph.constant(model.intercept_.astype(np.float32)))
    if len(model.coef_) == 1:
        # Of two classes the one output is the second's; the first has the opposite, or 0 before the softmax.
        other = graph.add(
            "Mul", values, graph.constant(np.asarray(0 if model.loss == "log_loss" else -1, dtype=np.float32))
        )
        values = graph.add("Concat", other, values, axis=1)
    if model.loss == "log_loss":
        return graph.finish(
            model.n_features_in_, model.classes_, graph.add("Softmax", values, output=PROBABILITIES, axis=1)
        )
    return graph.finish(model.n_features_in_, model.classes_, graph.add("Identity", values, output=SCORES))


def _products(graph: Graph, pixels: str, model: Any) -> str:
    """Add the products of the principal components, and return their name."""
    pca = model.pca_
    centered = graph.add("Sub", pixels, graph.constant(pca.mean_.astype(np.float32)))
    components = graph.add("MatMul", centered, graph.constant(pca.components_.T.astype(np.float32)))
    parts = [components]
    for size in range(2, int(model.degree) + 1):
        factors = np.array(list(combinations_with_replacement(range(len(pca.components_)), size)), dtype=np.int64)
        product = graph.add("Gather", components, graph.constant(factors[:, 0]), axis=1)
        for column in factors.T[1:]:
            product = graph.add("Mul", product, graph.add("Gather", components, graph.constant(column), axis=1))
        parts.append(product)
    return graph.add("Concat", *parts, axis=1) if len(parts) > 1 else components
