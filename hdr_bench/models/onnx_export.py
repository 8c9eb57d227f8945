"""Export to ONNX for other programs: networks, linear methods and scikit-learn pipelines.

The input is raw pixels, float32 of shape (n, n_features); the outputs are labels and one number per class.
"""

import logging
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from hdr_bench.error_text import describe_error
from hdr_bench.exceptions import MissingDependencyError, ModelFileError, ModelSaveError
from hdr_bench.files import read_regular, write_whole
from hdr_bench.models.classes import class_path, own_name
from hdr_bench.models.file_format import ONNX_CARD
from hdr_bench.models.model_file import check_fitted
from hdr_bench.models.onnx_graph import OPSET, PIXELS, PROBABILITIES, SCORES, Graph, linear_graph
from hdr_bench.names import class_name

if TYPE_CHECKING:
    from hdr_bench.models.card import ModelCard

_NETWORKS, _LINEAR = ("MLPClassifier", "CNNClassifier"), ("LinearClassifier", "PolynomialClassifier")
_MOST_PRODUCTS = 200_000


def export_onnx(estimator: Any, path: str | os.PathLike[str], *, card: "ModelCard | None" = None) -> Path:
    """Export a fitted model to ONNX, for programs in other languages, phones and browsers.

    The input ``pixels`` is float32 of shape (n, n_features), raw; the outputs are ``labels`` and ``probabilities``, or
    ``scores`` for a method without probabilities, with one row per image. They agree with the model's own up to float32
    rounding.

    Parameters
    ----------
    estimator : estimator
        Fitted: a network, a linear or polynomial classifier of this library, or a pipeline of scikit-learn's own
        estimators.
    path : path-like
        Written completely or not at all; an existing ONNX file is replaced.
    card : ModelCard, optional
        Stored as the file's metadata ``hdr_bench_card``; by default, what can be derived from the estimator itself.

    Returns
    -------
    path : Path
        Path of the file.

    Raises
    ------
    MissingDependencyError
        If the packages of the extra ``onnx`` are not installed.
    ModelSaveError
        If the estimator is not fitted, or its method cannot be exported.
    ModelFileError
        If a file with this name exists that is not an ONNX model.
    OSError
        If the file cannot be written.
    """
    from hdr_bench.models.estimator_card import describe_estimator

    target = Path(path)
    check_onnx_path(target)
    check_exportable(estimator)
    check_fitted(estimator)
    model = _convert(estimator)
    described = describe_estimator(estimator) if card is None else card
    entry = model.metadata_props.add()
    entry.key, entry.value = ONNX_CARD, described.model_dump_json()
    write_whole(target, model.SerializeToString(deterministic=True))
    return target


def check_exportable(model: Any) -> None:
    """Check that a model, fitted or not, has a method that can be exported.

    Parameters
    ----------
    model : estimator

    Raises
    ------
    MissingDependencyError
        If the packages of the extra ``onnx`` are not installed.
    ModelSaveError
        If its method cannot be exported.
    """
    with _packages():
        import onnx  # noqa: F401
        import onnxscript  # noqa: F401
        import skl2onnx  # noqa: F401
    name = own_name(type(model))
    if name in _LINEAR:
        _check_products(model)
        return
    if name in _NETWORKS:
        return
    unknown = [step for step in _steps(model) if not _is_known_to_skl2onnx(step)]
    if unknown:
        raise ModelSaveError(
            f"{class_name(type(unknown[0]))} cannot be exported to ONNX, which supports mlp, cnn, linear and "
            "polynomial without preceding steps, and pipelines of scikit-learn's own estimators; use the format "
            "hdrm, which supports all methods"
        )


def check_onnx_path(path: Path) -> None:
    """Check that only an ONNX model would be overwritten.

    Parameters
    ----------
    path : Path

    Raises
    ------
    MissingDependencyError
        If the packages of the extra ``onnx`` are not installed.
    ModelFileError
        If there is another kind of file, or a folder.
    """
    if not os.path.lexists(path):
        return
    with _packages():
        import onnx
    try:
        is_model = bool(onnx.load_model_from_string(read_regular(path)).graph.node)
    # A protocol buffer parser may raise any exception.
    except Exception:  # noqa: BLE001
        is_model = False
    if not is_model:
        raise ModelFileError(
            f"{path} exists and is not an ONNX model, so it is not replaced; choose another name, or move it away"
        )


def _convert(estimator: Any) -> Any:
    name = own_name(type(estimator))
    if name in (*_LINEAR, *_NETWORKS) and estimator.classes_.dtype.kind not in "iuUO":
        raise ModelSaveError(
            f"labels of type {estimator.classes_.dtype} cannot be exported to ONNX; fit the model to integers or "
            "strings"
        )
    try:
        if name in _LINEAR:
            return linear_graph(estimator)
        return _network_graph(estimator) if name in _NETWORKS else _scikit_learn_graph(estimator)
    # For what they cannot convert, both converters may raise any exception.
    except Exception as error:
        raise ModelSaveError(
            f"{class_name(type(estimator))} cannot be exported to ONNX: {describe_error(error)}; use the format hdrm"
        ) from error


def _network_graph(estimator: Any) -> Any:
    import torch
    from torch import nn

    from hdr_bench.estimators.neural.devices import usual_state
    from hdr_bench.estimators.pixels import channels_first

    channels, height, width = channels_first(estimator.image_shape_)

    class Reader(nn.Module):
        """Network from raw pixels to probabilities."""

        def __init__(self) -> None:
            super().__init__()
            self.network = estimator.net_.module_.cpu()

        def forward(self, pixels: torch.Tensor) -> torch.Tensor:
            images = (pixels / float(estimator.scale_)).view(-1, height, width, channels).permute(0, 3, 1, 2)
            return torch.softmax(self.network(images), dim=1)

    few = torch.zeros(2, channels * height * width)
    with usual_state(), _quiet():
        program: Any = torch.onnx.export(
            Reader().eval(),
            (few,),
            dynamo=True,
            verbose=False,
            opset_version=OPSET,
            input_names=[PIXELS],
            output_names=[PROBABILITIES],
            dynamic_shapes=({0: torch.export.Dim("n")},),
        )
    exported = program.model_proto.graph
    for node in exported.node:
        # Location in this machine's code that each node came from.
        del node.metadata_props[:]
        node.doc_string = ""
    graph = Graph(exported.node, exported.initializer)
    return graph.finish(estimator.n_features_in_, estimator.classes_, PROBABILITIES)


def _scikit_learn_graph(estimator: Any) -> Any:
    from skl2onnx import convert_sklearn
    from skl2onnx.common.data_types import FloatTensorType

    pixels = [(PIXELS, FloatTensorType([None, int(estimator.n_features_in_)]))]
    options = {id(estimator): {"zipmap": False}}
    with _quiet():
        model = convert_sklearn(estimator, initial_types=pixels, options=options, target_opset=OPSET, name="hdr-bench")
    values = PROBABILITIES if hasattr(estimator, "predict_proba") else SCORES
    for output, name in zip(model.graph.output, ("labels", values), strict=True):
        _rename(model.graph, output.name, name)
        output.name = name
    return model


def _rename(graph: Any, before: str, now: str) -> None:
    for node in graph.node:
        for names in (node.input, node.output):
            for place, name in enumerate(names):
                if name == before:
                    names[place] = now


def _steps(model: Any) -> list[Any]:
    from sklearn.pipeline import Pipeline

    return [step for _, step in model.steps] if type(model) is Pipeline else [model]


def _is_known_to_skl2onnx(step: Any) -> bool:
    # The public list has the names of converters, which may handle several classes.
    from skl2onnx._supported_operators import sklearn_operator_name_map

    return class_path(type(step)).startswith("sklearn.") and type(step) in sklearn_operator_name_map


def _check_products(model: Any) -> None:
    if own_name(type(model)) != "PolynomialClassifier":
        return
    from hdr_bench.estimators.products import count_products

    count = count_products(int(np.int64(model.n_components)), int(model.degree))
    if count > _MOST_PRODUCTS:
        raise ModelSaveError(
            f"{count:,} products cannot be exported to ONNX, at most {_MOST_PRODUCTS:,} can; use a lower degree or "
            "fewer components"
        )


@contextmanager
def _packages() -> Iterator[None]:
    try:
        yield
    except ImportError as error:
        raise MissingDependencyError(
            f"the format onnx needs packages that cannot be imported ({describe_error(error)}); run: pip install "
            "'hdr-bench[onnx]'"
        ) from error


@contextmanager
def _quiet() -> Iterator[None]:
    """Suppress the exporters' own messages: that torchvision is not installed, that torch will change."""
    logger = logging.getLogger("torch.onnx")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)
