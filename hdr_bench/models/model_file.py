"""Model files: saving and loading a fitted estimator or pipeline, described by its card, without pickle."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hdr_bench.error_text import describe_error
from hdr_bench.exceptions import ModelFileError, ModelSaveError
from hdr_bench.files import describe_file_error, write_whole
from hdr_bench.garbage_collection import pause_collection
from hdr_bench.import_context import own_modules
from hdr_bench.models.file_format import (
    ModelContent,
    UnreadableModelError,
    damaged,
    pack_pickle,
    pack_tree,
    read_card_text,
    read_content,
)
from hdr_bench.names import class_name

if TYPE_CHECKING:
    from hdr_bench.models.card import ModelCard

ENDING = ".hdrm"
"""Suffix of a model file's name."""


def save_model(
    estimator: Any, path: str | os.PathLike[str], *, card: "ModelCard | None" = None, trust: bool = False
) -> Path:
    """Save a fitted estimator or pipeline as a model file: arrays and parameters, no pickle.

    Equal fits on the same machine make equal files. All estimators and transformers of this library can be saved, as
    well as pipelines and most scikit-learn estimators, including those that contain other estimators, with labels of
    any type. Support vector machines fitted with oneDAL, and k-NN that searches with faiss, also load if these
    libraries are not installed.

    Parameters
    ----------
    estimator : estimator
        Fitted; `predict` takes raw pixels.
    path : path-like
        Written completely or not at all; an existing model file is replaced. By convention the name ends in ``.hdrm``.
    card : ModelCard, optional
        Description of the model; by default, what can be derived from the estimator itself.
    trust : bool, default=False
        Store as a pickle what only a pickle can store; loading that file needs `trust` too.

    Returns
    -------
    path : Path
        Path of the file.

    Raises
    ------
    ModelSaveError
        If the estimator is not fitted, or contains something that only pickle can store; the message says where.
    ModelFileError
        If the path exists and is not a model file.
    OSError
        If the file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from hdr_bench import load_dataset, load_model, make_estimator, save_model
    >>> digits = load_dataset("digits-8x8")
    >>> model = make_estimator("linear").fit(digits.train.X, digits.train.y)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = save_model(model, Path(folder) / "linear.hdrm")
    ...     loaded = load_model(path)
    >>> bool((loaded.predict(digits.test.X) == model.predict(digits.test.X)).all())
    True
    """
    from hdr_bench.models.estimator_card import describe_estimator

    target = Path(path)
    check_replaceable(target)
    check_fitted(estimator)
    described = (describe_estimator(estimator) if card is None else card).to_json()
    write_whole(target, pack_model(estimator, described, trust=trust))
    return target


def load_model(path: str | os.PathLike[str], *, trust: bool = False) -> Any:
    """Load the fitted estimator or pipeline from a model file, without running code from it.

    Parameters
    ----------
    path : path-like
        File written by `save_model`, ``hdr-bench fit`` or ``hdr-bench run --keep-models``.
    trust : bool, default=False
        Also load a pickle, if the file contains one: this runs whatever code its maker put into it.

    Returns
    -------
    estimator : estimator
        As it was fitted: `predict` takes raw pixels. Further training of a network starts with a new optimizer.

    Raises
    ------
    ModelNotFoundError
        If there is no such file.
    ModelFileError
        If it is not a model file, is damaged, has a newer format, or contains a pickle that is not trusted.
    """
    source = Path(path)
    content = read_content(source, trust=trust)
    if content.pickled:
        return _unpickle(source, content.pickled)
    try:
        made = _decode(content)
    # Constructors may raise anything if values are forged.
    except Exception as error:
        raise damaged(source, error) from error
    if not _answers(made):
        raise damaged(source, ValueError("it does not contain an estimator"))
    return made


def load_card(path: str | os.PathLike[str]) -> "ModelCard":
    """Return the card of a model file, without loading the model.

    Parameters
    ----------
    path : path-like

    Returns
    -------
    card : ModelCard

    Raises
    ------
    ModelNotFoundError
        If there is no such file.
    ModelFileError
        If it is not a model file, is damaged, or has a newer format.
    """
    from hdr_bench.models.card import parse_card

    source = Path(path)
    text = read_card_text(source)
    try:
        return parse_card(text)
    except (ValueError, RecursionError) as error:
        raise damaged(source, ValueError(f"its card cannot be read: {describe_error(error)}")) from error


def check_replaceable(path: Path) -> None:
    """Check that only a model file would be overwritten.

    Parameters
    ----------
    path : Path

    Raises
    ------
    ModelFileError
        If there is another kind of file, or a folder.
    """
    if not os.path.lexists(path):
        return
    if path.is_dir():
        raise ModelFileError(f"{path} is a folder; give a file in it, e.g. {path / 'model.hdrm'}")
    try:
        read_card_text(path)
    except (ModelFileError, OSError) as error:
        reason = error.reason if isinstance(error, UnreadableModelError) else describe_file_error(error)
        raise ModelFileError(
            f"{path} exists and is not an intact model file, so it is not replaced ({reason}); choose another name, "
            "or move it away"
        ) from error


def check_fitted(estimator: Any) -> None:
    """Check that an estimator is fitted.

    Parameters
    ----------
    estimator : object

    Raises
    ------
    ModelSaveError
        If it is not fitted, or not an estimator.
    """
    from sklearn.exceptions import NotFittedError
    from sklearn.utils.validation import check_is_fitted

    name = class_name(type(estimator))
    try:
        check_is_fitted(estimator)
    except NotFittedError as error:
        raise ModelSaveError(f"{name} is not fitted; call fit before saving it") from error
    except TypeError as error:
        raise ModelSaveError(f"{name} is not an estimator: it must have fit and predict") from error
    if not _answers(estimator):
        raise ModelSaveError(f"{name} neither predicts nor transforms images, so it cannot be saved")


def pack_model(estimator: Any, card: bytes, *, trust: bool = False) -> bytes:
    """Return the content of a model file.

    Parameters
    ----------
    estimator : estimator
        Fitted.
    card : bytes
        JSON.
    trust : bool, default=False
        Store as a pickle what only a pickle can store.

    Returns
    -------
    content : bytes

    Raises
    ------
    ModelSaveError
        If the estimator contains something that only pickle can store.
    """
    from hdr_bench.models.encoding import encode

    try:
        encoded = encode(estimator, class_name(type(estimator)))
    except ModelSaveError:
        if not trust:
            raise
        return pack_pickle(card, _pickle(estimator))
    return pack_tree(card, encoded.tree, encoded.arrays, encoded.dtypes)


def _decode(content: ModelContent) -> Any:
    with pause_collection():
        from hdr_bench.models.decoding import Decoder

        return Decoder(content.arrays).value(content.tree)


def _answers(made: Any) -> bool:
    return hasattr(made, "predict") or hasattr(made, "transform")


def _pickle(estimator: Any) -> bytes:
    import cloudpickle

    try:
        pickled: bytes = cloudpickle.dumps(estimator)
    # Locks, open files and generators cannot be pickled, and classes may raise anything in __getstate__.
    except Exception as error:
        raise ModelSaveError(f"{class_name(type(estimator))} cannot be pickled: {describe_error(error)}") from error
    return pickled


def _unpickle(path: Path, pickled: bytes) -> Any:
    import cloudpickle

    try:
        with own_modules(None):
            return cloudpickle.loads(pickled)
    # Covers anything that the pickle's own code raises.
    except Exception as error:
        raise ModelFileError(
            f"{path}: its pickle cannot be loaded: {describe_error(error)}; loading it needs the libraries and modules "
            "of the machine that wrote it"
        ) from error
