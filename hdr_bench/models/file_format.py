"""Format of a model file: its history, and the checks before an estimator is built."""

import io
import json
import zipfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from hdr_bench.archives import Limit, check_expansion, check_seal, read_texts, seal_archive
from hdr_bench.arrays import npy
from hdr_bench.exceptions import ModelFileError, ModelNotFoundError, ModelSaveError
from hdr_bench.files import describe_file_error, read_regular
from hdr_bench.models.stored_arrays import ARRAYS, LIMIT, read_stored_arrays
from hdr_bench.names import visible_prose

# A model file is a zip archive, protected by a checksum, with the members
#
# - format.json: the name of the format, its version, and whether the file contains a pickle;
# - card.json: see `card`;
# - model.json: the estimator as a tree of plain values, see `encoding`, and the types of the arrays;
# - arrays/0.npy, arrays/1.npy, ...: the arrays that the tree refers to;
# - model.pickle, instead of the last two: what only pickle can store, read only if the user trusts the file.
#
# Nothing in it depends on when or how often it was written: equal fits make equal files. Raise the version of the
# format if an earlier version of the library would misread a new file, or could not read it: if a kind of node, a class
# or a member is new or changes its meaning. To raise it:
# 1. raise FORMAT_VERSION;
# 2. add an entry at the top of the history below, with the version of the library;
# 3. keep reading older files: new parameters need nothing, since they have defaults;
# 4. add a file of the previous format to the tests, and read it;
# 5. mention it in CHANGELOG.md.
#
# 1 (0.2.0): first version.
FORMAT_VERSION = 1
FORMAT_NAME = "hdr-bench model"

ONNX_CARD = "hdr_bench_card"
"""Key of the card in the metadata of an ONNX file."""

_FORMAT, _CARD, _TREE, _PICKLE = "format.json", "card.json", "model.json", "model.pickle"
# Limited because parsing lists turns each byte of text into about twenty bytes of memory.
_TREE_LIMIT = Limit(1 << 20, 20)
# Not the best compression level, since the time it takes would exceed what is saved.
_LEVEL = 6
_MADE_BY = "hdr-bench fit and save_model write such files"


class UnreadableModelError(ModelFileError):
    """Model file that cannot be read.

    Parameters
    ----------
    path : str
    reason : str
        What is wrong with it.
    remedy : str
        What the user can do.
    """

    def __init__(self, path: str, reason: str, remedy: str) -> None:
        super().__init__(path, reason, remedy)
        self.path, self.reason, self.remedy = map(visible_prose, (path, reason, remedy))

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}; {self.remedy}"


@dataclass(frozen=True)
class ModelContent:
    """Content of a model file.

    Attributes
    ----------
    card : bytes
        JSON.
    tree : object
        Encoded estimator; None in a file that contains a pickle.
    arrays : tuple of ndarray
        Arrays to which the tree refers, in the types that they have in the estimator.
    pickled : bytes
        Pickled estimator; empty in a file without a pickle.
    """

    card: bytes
    tree: Any = None
    arrays: tuple[NDArray[Any], ...] = ()
    pickled: bytes = b""


def pack_tree(card: bytes, tree: Any, arrays: Sequence[NDArray[Any]], dtypes: Sequence[str]) -> bytes:
    """Pack an encoded estimator into a model file.

    Parameters
    ----------
    card : bytes
        JSON.
    tree : object
        Values that JSON can represent.
    arrays : sequence of ndarray
        Arrays as they are saved.
    dtypes : sequence of str
        Types of the arrays in the estimator; empty if they are saved in that type.

    Returns
    -------
    content : bytes

    Raises
    ------
    ModelSaveError
        If the tree has more text than a reader accepts.
    """
    described = json.dumps({"tree": tree, "dtypes": list(dtypes)}, separators=(",", ":")).encode()
    members = {_FORMAT: _format(is_pickled=False), _CARD: card, _TREE: described}
    members |= {f"{ARRAYS}{place}.npy": npy(array) for place, array in enumerate(arrays)}
    content = seal_archive(members, LIMIT, _LEVEL)
    try:
        read_texts(content, (_FORMAT, _CARD, _TREE), _TREE_LIMIT)
    except ValueError as error:
        raise ModelSaveError(f"the model has too many parts for a model file: {error}; use a smaller model") from error
    return content


def pack_pickle(card: bytes, pickled: bytes) -> bytes:
    """Pack a pickle into a model file.

    Parameters
    ----------
    card : bytes
        JSON.
    pickled : bytes

    Returns
    -------
    content : bytes
    """
    return seal_archive({_FORMAT: _format(is_pickled=True), _CARD: card, _PICKLE: pickled}, LIMIT, _LEVEL)


def read_card_text(path: Path) -> bytes:
    """Return the card of a model file, without decompressing anything else.

    Parameters
    ----------
    path : Path

    Returns
    -------
    card : bytes
        JSON.

    Raises
    ------
    ModelNotFoundError
        If there is no such file.
    ModelFileError
        If it is not a model file, is damaged, or has a newer format.
    """
    content = _read_checked(path)
    try:
        return read_texts(content, (_CARD,))[_CARD]
    except Exception as error:
        raise damaged(path, error) from error


def holds_pickle(path: Path) -> bool:
    """Whether a model file contains a pickle; the pickle itself is not read.

    Parameters
    ----------
    path : Path

    Returns
    -------
    is_pickled : bool

    Raises
    ------
    ModelNotFoundError
        If there is no such file.
    ModelFileError
        If it is not a model file, is damaged, or has a newer format.
    """
    with zipfile.ZipFile(io.BytesIO(_read_checked(path))) as archive:
        return _PICKLE in archive.namelist()


def read_content(path: Path, *, trust: bool) -> ModelContent:
    """Return the content of a model file; a pickle is read only if the user trusts it.

    Parameters
    ----------
    path : Path
    trust : bool
        Whether the user trusts the maker of the file.

    Returns
    -------
    content : ModelContent

    Raises
    ------
    ModelNotFoundError
        If there is no such file.
    ModelFileError
        If it is not a model file, is damaged, has a newer format, or contains a pickle that is not trusted.
    """
    content = _read_checked(path)
    try:
        card = read_texts(content, (_CARD,))[_CARD]
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            is_pickled = _PICKLE in archive.namelist()
            if is_pickled and not trust:
                raise ModelFileError(
                    f"{visible_prose(str(path))} contains a pickle, and loading it runs code from its maker; if you "
                    "trust them, load it with trust=True (--trust)"
                )
            if is_pickled:
                check_expansion([archive.getinfo(_PICKLE)], len(content), LIMIT)
                return ModelContent(card, pickled=archive.read(_PICKLE))
            described = json.loads(read_texts(content, (_TREE,), _TREE_LIMIT)[_TREE])
            return ModelContent(card, described["tree"], read_stored_arrays(archive, described["dtypes"], len(content)))
    except ModelFileError:
        raise
    except Exception as error:
        raise damaged(path, error) from error


def damaged(path: Path, error: BaseException) -> ModelFileError:
    """Return the error for a model file that cannot be read.

    Parameters
    ----------
    path : Path
    error : BaseException
        Error raised while reading it.

    Returns
    -------
    error : ModelFileError
    """
    reason = describe_file_error(error)
    if isinstance(error, KeyError):
        reason = f"it lacks {error.args[0]!r}" if error.args else "it lacks a part"
    return UnreadableModelError(str(path), f"damaged: {reason}", "download or copy it again, or refit the model")


def _format(*, is_pickled: bool) -> bytes:
    return json.dumps({"format": FORMAT_NAME, "version": FORMAT_VERSION, "is_pickled": is_pickled}).encode()


def _read_checked(path: Path) -> bytes:
    """Return the complete, verified bytes of a model file in the current format."""
    try:
        content = read_regular(path)
    except FileNotFoundError as error:
        raise ModelNotFoundError(f"{visible_prose(str(path))}: there is no such file; {_MADE_BY}") from error
    except OSError as error:
        raise UnreadableModelError(str(path), error.strerror or str(error), "give the path of a model file") from error
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = Counter(archive.namelist())
    except Exception as error:
        if path.suffix.lower() == ".onnx" or ONNX_CARD.encode() in content:
            reason = "an ONNX file is for other programs, such as onnxruntime, and hdr-bench does not load it"
            remedy = "fit the model without --format onnx to get a file that hdr-bench loads"
            raise UnreadableModelError(str(path), reason, remedy) from error
        reason = f"not a model file, or truncated: {describe_file_error(error)}"
        raise UnreadableModelError(str(path), reason, _MADE_BY) from error
    if _FORMAT not in names:
        raise UnreadableModelError(str(path), f"a zip archive, but not a model file: it has no {_FORMAT}", _MADE_BY)
    if max(names.values()) > 1:
        raise UnreadableModelError(
            str(path), "damaged: it has two members with the same name", "download or copy it again"
        )
    try:
        check_seal(content)
        described = json.loads(read_texts(content, (_FORMAT,))[_FORMAT])
        _check_version(path, described)
    except ModelFileError:
        raise
    except Exception as error:
        raise damaged(path, error) from error
    return content


def _check_version(path: Path, described: Any) -> None:
    if not isinstance(described, dict) or described.get("format") != FORMAT_NAME:
        reason = f"a zip archive, but not a model file: {_FORMAT} names another format"
        raise UnreadableModelError(str(path), reason, _MADE_BY)
    version = described.get("version")
    if type(version) is not int or version < 1:
        raise UnreadableModelError(str(path), "damaged: its format has no valid version", "download or copy it again")
    if version > FORMAT_VERSION:
        reason = f"has format {version}, but this version of hdr-bench reads formats up to {FORMAT_VERSION}"
        raise UnreadableModelError(str(path), reason, "upgrade hdr-bench")
