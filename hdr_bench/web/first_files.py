"""Files of the first models: which there are, whether they can be used, and their copies in the folder of models."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hdr_bench.exceptions import ModelFileError, shown
from hdr_bench.files import read_regular, write_whole
from hdr_bench.models.card import ModelCard
from hdr_bench.models.embedded import EMBEDDED_MODEL
from hdr_bench.models.file_format import holds_pickle
from hdr_bench.models.model_file import ENDING, load_card
from hdr_bench.names import visible, visible_prose

EMBEDDED = "cnn"
"""Name of the embedded network among the models."""
_SIDE = 28
_LONGEST_NAME = 64


@dataclass(frozen=True)
class FirstModel:
    """Model file that is to answer.

    Attributes
    ----------
    name : str
        Of the model.
    path : Path
    origin : str
        ``"embedded"``, ``"given"`` or ``"fitted"``.
    """

    name: str
    path: Path
    origin: str


@dataclass(frozen=True)
class KeptFile:
    """File in the folder of models.

    Attributes
    ----------
    name : str
        There.
    sha256 : str
    """

    name: str
    sha256: str


def find_first_models(given: Sequence[Path]) -> list[FirstModel]:
    """Return the models of the files that were given, or the embedded network.

    Parameters
    ----------
    given : sequence of Path

    Returns
    -------
    models : list of FirstModel

    Raises
    ------
    ModelFileError
        If a name is empty, or two files have one name.
    """
    if not given:
        return [FirstModel(EMBEDDED, EMBEDDED_MODEL, "embedded")]
    models = [FirstModel(name_model(path), path, "given") for path in given]
    names = [model.name for model in models]
    if repeated := next((name for name in names if names.count(name) > 1), None):
        raise ModelFileError(f"two model files are named {repeated}: rename one of them, as names tell models apart")
    return models


def name_model(path: Path) -> str:
    r"""Return the name of a file's model: that of the file without its ending, in lower case.

    Parameters
    ----------
    path : Path

    Returns
    -------
    name : str

    Raises
    ------
    ModelFileError
        If it is empty.

    Examples
    --------
    >>> name_model(Path("models/My\x01Net.2.hdrm"))
    'my\\x01net.2'
    """
    stem = path.stem if path.suffix.lower() == ENDING else path.name
    # Some databases do not tell letters by their case, or spaces at the end, and take no halves of characters.
    name = visible(stem).lower().strip()[:_LONGEST_NAME].rstrip()
    if not name:
        raise ModelFileError(f"{shown(path.name)} names no model: rename the file, e.g. digits{ENDING}")
    return name


def check_file(path: Path) -> ModelCard:
    """Return the card of a model file that can read digits of 28x28 pixels.

    Parameters
    ----------
    path : Path

    Returns
    -------
    card : ModelCard

    Raises
    ------
    ModelFileError
        If it is not a model file, is damaged, holds a pickle, or is of other images.
    ModelNotFoundError
        If there is no such file.
    """
    card = load_card(path)
    file = visible_prose(str(path))
    if holds_pickle(path):
        raise ModelFileError(
            f"{file} holds a pickle, and loading that would run code in the server; "
            "serve a model that is saved without --trust"
        )
    n_features = card.n_features or _SIDE * _SIDE
    if n_features != _SIDE * _SIDE or card.image_shape not in {None, (_SIDE, _SIDE)}:
        size = "x".join(map(str, card.image_shape)) if card.image_shape else f"{n_features:,}"
        raise ModelFileError(
            f"{file} takes images of {size} pixels; to read pictures a model must be fitted on {_SIDE}x{_SIDE} pixels"
        )
    if card.classes and not set(card.classes) & set("0123456789"):
        raise ModelFileError(f"{file} knows no digits: its classes are {shown(list(card.classes[:10]))}")
    return card


def keep_file(path: Path, folder: Path) -> KeptFile:
    """Copy a file into the folder of models, under the hash of its bytes; a damaged copy is replaced.

    Parameters
    ----------
    path : Path
    folder : Path
        Made for this user alone if it is not there.

    Returns
    -------
    kept : KeptFile

    Raises
    ------
    OSError
        If the file cannot be read, or the folder cannot be written.
    """
    content = read_regular(path)
    sha256 = hashlib.sha256(content).hexdigest()
    kept = folder / f"{sha256}{ENDING}"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not kept.exists() or hashlib.sha256(kept.read_bytes()).hexdigest() != sha256:
        write_whole(kept, content)
    return KeptFile(kept.name, sha256)
