"""Models given to commands: a model file, or a user's function that returns a model."""

import inspect
import os
import re
import sys
from pathlib import Path
from typing import Any

from hdr_bench.estimators import ESTIMATORS
from hdr_bench.estimators.foreign.calls import cause_of, foreign_code
from hdr_bench.estimators.foreign.importing import import_attribute
from hdr_bench.exceptions import HdrBenchError, ModelFileError, ModelNotFoundError, ModelSaveError, shown
from hdr_bench.import_context import own_modules
from hdr_bench.models.model_file import check_fitted, load_model
from hdr_bench.names import class_name

# At least two letters before the colon, to distinguish it from a Windows drive.
_FUNCTION = re.compile(r"(?P<module>[^\W\d]\w+(?:\.[^\W\d]\w*)*):(?P<name>[^\W\d]\w*)")

_MODELS = (
    "a fitted classifier, an object with predict or predict_proba, a torch module, or a function from images to "
    "probabilities"
)


def load_reader_model(spec: str | os.PathLike[str], *, trust: bool = False) -> Any:
    """Load the model given to a command: a model file, or the result of a user's function.

    Parameters
    ----------
    spec : str or path-like
        Path of a model file, or ``module:function``. The function takes no arguments and returns a fitted classifier,
        an object with `predict` or `predict_proba` (which take raw pixels (n, n_features) and return labels (n,) or
        probabilities (n, n_classes)), a torch module (from images (n, 1, height, width) between 0 and 1 to logits or
        probabilities), or a function from raw images (n, height, width) to probabilities (n, n_classes). The module may
        be in the working folder.
    trust : bool, default=False
        Run the module's code, or load the pickle in a file.

    Returns
    -------
    model : estimator
        Has `predict`, and `predict_proba` if it has probabilities. Both take raw pixels, (n, n_features).

    Raises
    ------
    ModelFileError
        If the file cannot be read, the code is not trusted, or the function fails or returns an unsupported object.
    ModelNotFoundError
        If there is no such file.
    UnknownNameError, ModuleImportError
        If the module or the function cannot be imported.
    """
    text = os.fspath(spec)
    if text in ESTIMATORS and not Path(text).exists():
        raise ModelNotFoundError(
            f"{text} is a method, not a fitted model; fit one with: hdr-bench fit {text} --out {text}.hdrm"
        )
    found = _FUNCTION.fullmatch(text)
    if found is None or Path(text).exists():
        return load_model(text, trust=trust)
    if not trust:
        raise ModelFileError(
            f"{text} runs the code of the module {found['module']}; if you trust it, use --trust (trust=True)"
        )
    with own_modules(None):
        function = import_attribute("function", f"{found['module']}.{found['name']}", ())
        return as_classifier(_call(text, function), text)


def as_classifier(made: Any, name: str) -> Any:
    """Wrap the result of a user's function as a classifier.

    Parameters
    ----------
    made : object
        A fitted classifier, an object with `predict` or `predict_proba`, a torch module, or a function from images to
        probabilities.
    name : str
        Name of the function, for messages.

    Returns
    -------
    model : estimator

    Raises
    ------
    ModelFileError
        If it is of another kind, or not fitted.
    """
    from hdr_bench.models.own_networks import ImageFunctionClassifier, ModuleFunction
    from hdr_bench.models.own_predictors import PredictorClassifier

    if _is_module(made):
        return ImageFunctionClassifier(ModuleFunction(made))
    if isinstance(made, type):
        raise ModelFileError(f"{name} returned the class {class_name(made)}; it must return {_MODELS}")
    if hasattr(made, "predict") and hasattr(made, "fit"):
        try:
            check_fitted(made)
        except ModelSaveError as error:
            raise ModelFileError(f"{name}: {error}") from error
        return made
    if hasattr(made, "predict") or hasattr(made, "predict_proba"):
        return PredictorClassifier(made)
    if callable(made):
        return ImageFunctionClassifier(made)
    raise ModelFileError(f"{name} returned {shown(made)}, a {class_name(type(made))}; it must return {_MODELS}")


def _call(text: str, function: Any) -> Any:
    if not callable(function):
        raise ModelFileError(
            f"{text} is a {class_name(type(function))}; it must be a function without arguments that returns a model"
        )
    if needed := _needed_arguments(function):
        name = text.rpartition(":")[2]
        raise ModelFileError(
            f"{text} needs arguments ({', '.join(needed)}); it must take none and return {_MODELS}: write e.g. "
            f"def load(): return {name}, and use load instead"
        )

    def refuse(error: BaseException) -> BaseException:
        return error if isinstance(error, HdrBenchError) else ModelFileError(f"{text} failed: {cause_of(error)}")

    with foreign_code(refuse):
        return function()


def _needed_arguments(function: Any) -> list[str]:
    try:
        parameters = inspect.signature(function).parameters.values()
    # Some compiled callables have no signature.
    except (TypeError, ValueError):
        return []
    optional = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return [each.name for each in parameters if each.default is each.empty and each.kind not in optional]


def _is_module(made: Any) -> bool:
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(made, torch.nn.Module)
