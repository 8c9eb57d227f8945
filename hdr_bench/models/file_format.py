"""Format of a model file: its history, and what is read and checked before an estimator is built."""

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

# A model file is a zip archive, sealed by a checksum, with the members
#
# - format.json: what the file is, the number of its format, and whether it holds a pickle;
# - card.json: see `card`;
# - model.json: the estimator as a tree of plain values, see `encoding`, and the types of the arrays;
# - arrays/0.npy, arrays/1.npy, ...: the arrays that the tree refers to;
# - model.pickle, in the place of the last two: what only pickle can hold, which is read only if the user trusts it.
#
# Nothing in it depends on when or how often it was written: equal fits make equal files. Raise the number of the format
# when an earlier version of the library would read a new file wrongly, or not at all: for a kind of node, a class or a
# member that is new, or for one that means something else. To raise it:
#
# 1. raise FORMAT_VERSION;
# 2. add an entry at the top of the history below, with the version of the library;
# 3. read what was before: a parameter that is new needs nothing, it has its default;
# 4. keep a file of the format before among the tests, and read it;
# 5. say it in CHANGELOG.md.
#
# 1 (0.2.0): the first.
FORMAT_VERSION = 1
FORMAT_NAME = "hdr-bench model"

ONNX_CARD = "hdr_bench_card"
"""Key of the card in the metadata of an ONNX file."""

_FORMAT, _CARD, _TREE, _PICKLE = "format.json", "card.json", "model.json", "model.pickle"
# The tree is small text: of lists alone, each byte would take twenty once it is parsed.
_TREE_LIMIT = Limit(1 << 20, 20)
# The time that the best level takes is better spent on reading.
_LEVEL = 6
_MADE_BY = "hdr-bench fit and save_model write such files"


class UnreadableModelError(ModelFileError):
    """A model file that cannot be read.

    Parameters
    ----------
    path : str
    reason : str
        What is wrong with it.
    remedy : str
        What to do.
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
        The estimator taken apart; None in a file that holds a pickle.
    arrays : tuple of ndarray
        Those that the tree refers to, in the types that the estimator has them in.
    pickled : bytes
        The estimator as pickle wrote it; empty in a file without one.
    """

    card: bytes
    tree: Any = None
    arrays: tuple[NDArray[Any], ...] = ()
    pickled: bytes = b""


def pack_tree(card: bytes, tree: Any, arrays: Sequence[NDArray[Any]], dtypes: Sequence[str]) -> bytes:
    """Return a model file of an estimator that was taken apart.

    Parameters
    ----------
    card : bytes
        JSON.
    tree : object
        What JSON can hold.
    arrays : sequence of ndarray
        As they are saved.
    dtypes : sequence of str
        The types that the estimator has them in; empty for those that are saved so.

    Returns
    -------
    content : bytes

    Raises
    ------
    ModelSaveError
        If the tree holds more text than a reader takes.
    """
    described = json.dumps({"tree": tree, "dtypes": list(dtypes)}, separators=(",", ":")).encode()
    members = {_FORMAT: _format(is_pickled=False), _CARD: card, _TREE: described}
    members |= {f"{ARRAYS}{place}.npy": npy(array) for place, array in enumerate(arrays)}
    content = seal_archive(members, LIMIT, _LEVEL)
    try:
        read_texts(content, (_FORMAT, _CARD, _TREE), _TREE_LIMIT)
    except ValueError as error:
        raise ModelSaveError(f"the model has too many parts for a model file: {error}; use a smaller one") from error
    return content


def pack_pickle(card: bytes, pickled: bytes) -> bytes:
    """Return a model file of a pickle.

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
    """Return the card of a model file; nothing else of it is decompressed.

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
        If it is no model file, is damaged, or of a newer format.
    """
    content = _read_checked(path)
    try:
        return read_texts(content, (_CARD,))[_CARD]
    except Exception as error:
        raise damaged(path, error) from error


def holds_pickle(path: Path) -> bool:
    """Whether a model file holds a pickle, which is not read.

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
        If it is no model file, is damaged, or of a newer format.
    """
    with zipfile.ZipFile(io.BytesIO(_read_checked(path))) as archive:
        return _PICKLE in archive.namelist()


def read_content(path: Path, *, trust: bool) -> ModelContent:
    """Return what a model file holds; a pickle in it is read only if the user trusts it.

    Parameters
    ----------
    path : Path
    trust : bool
        The user trusts whoever made it.

    Returns
    -------
    content : ModelContent

    Raises
    ------
    ModelNotFoundError
        If there is no such file.
    ModelFileError
        If it is no model file, is damaged, of a newer format, or holds a pickle that is not trusted.
    """
    content = _read_checked(path)
    try:
        card = read_texts(content, (_CARD,))[_CARD]
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            is_pickled = _PICKLE in archive.namelist()
            if is_pickled and not trust:
                raise ModelFileError(
                    f"{visible_prose(str(path))} holds a pickle, and loading that runs the code of whoever made it; if "
                    "you trust them, load it with trust=True (--trust)"
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
    """Return the error of a model file that cannot be read.

    Parameters
    ----------
    path : Path
    error : BaseException
        What reading it raised.

    Returns
    -------
    error : ModelFileError
    """
    reason = describe_file_error(error)
    if isinstance(error, KeyError):
        reason = f"it lacks {error.args[0]!r}" if error.args else "it lacks a part"
    return UnreadableModelError(str(path), f"damaged: {reason}", "get it again, or fit the model again")


def _format(*, is_pickled: bool) -> bytes:
    return json.dumps({"format": FORMAT_NAME, "version": FORMAT_VERSION, "is_pickled": is_pickled}).encode()


def _read_checked(path: Path) -> bytes:
    """Return the bytes of a model file of today's format, whole and unchanged."""
    try:
        content = read_regular(path)
    except FileNotFoundError as error:
        raise ModelNotFoundError(f"{visible_prose(str(path))}: there is no such file; {_MADE_BY}") from error
    except OSError as error:
        raise UnreadableModelError(str(path), error.strerror or str(error), "name a model file") from error
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = Counter(archive.namelist())
    except Exception as error:
        if path.suffix.lower() == ".onnx" or ONNX_CARD.encode() in content:
            reason = "an ONNX file is for other programs, such as onnxruntime, and hdr-bench does not load it"
            remedy = "fit the model without --format onnx to have a file that it loads"
            raise UnreadableModelError(str(path), reason, remedy) from error
        reason = f"not a model file, or cut off: {describe_file_error(error)}"
        raise UnreadableModelError(str(path), reason, _MADE_BY) from error
    if _FORMAT not in names:
        raise UnreadableModelError(str(path), f"a zip archive, but not a model file: it has no {_FORMAT}", _MADE_BY)
    if max(names.values()) > 1:
        raise UnreadableModelError(str(path), "damaged: it has two members of one name", "get it again")
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
        raise UnreadableModelError(str(path), "damaged: its format has no valid number", "get it again")
    if version > FORMAT_VERSION:
        reason = f"of format {version}, but this hdr-bench reads formats up to {FORMAT_VERSION}"
        raise UnreadableModelError(str(path), reason, "use a newer version of hdr-bench")
