"""Files of the first models: finding them, checking them, and copying them into the models folder."""

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
    """Model file to serve.

    Attributes
    ----------
    name : str
        Name of the model.
    path : Path
    origin : str
        ``"embedded"``, ``"given"`` or ``"fitted"``.
    """

    name: str
    path: Path
    origin: str


@dataclass(frozen=True)
class KeptFile:
    """File in the models folder.

    Attributes
    ----------
    name : str
        Name in the folder.
    sha256 : str
    """

    name: str
    sha256: str


def find_first_models(given: Sequence[Path]) -> list[FirstModel]:
    """Return the models in the given files, or the embedded network.

    Parameters
    ----------
    given : sequence of Path

    Returns
    -------
    models : list of FirstModel

    Raises
    ------
    ModelFileError
        If a name is empty, or two files have the same name.
    """
    if not given:
        return [FirstModel(EMBEDDED, EMBEDDED_MODEL, "embedded")]
    models = [FirstModel(name_model(path), path, "given") for path in given]
    names = [model.name for model in models]
    if repeated := next((name for name in names if names.count(name) > 1), None):
        raise ModelFileError(f"two model files are named {repeated}; model names must be unique, so rename one of them")
    return models


def name_model(path: Path) -> str:
    r"""Return the name of a file's model: the file name without its extension, in lower case.

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
    # Some databases ignore case and trailing spaces, and reject lone surrogates.
    name = visible(stem).lower().strip()[:_LONGEST_NAME].rstrip()
    if not name:
        raise ModelFileError(f"{shown(path.name)} does not give a model name; rename the file, e.g. digits{ENDING}")
    return name


def check_file(path: Path) -> ModelCard:
    """Return the card of a model file, checking that it can read digits of 28x28 pixels.

    Parameters
    ----------
    path : Path

    Returns
    -------
    card : ModelCard

    Raises
    ------
    ModelFileError
        If it is not a model file, is damaged, contains a pickle, or takes other images.
    ModelNotFoundError
        If the file does not exist.
    """
    card = load_card(path)
    file = visible_prose(str(path))
    if holds_pickle(path):
        raise ModelFileError(
            f"{file} contains a pickle, and loading it could run arbitrary code in the server; "
            "serve a model that was saved without --trust"
        )
    n_features = card.n_features or _SIDE * _SIDE
    if n_features != _SIDE * _SIDE or card.image_shape not in {None, (_SIDE, _SIDE)}:
        size = "x".join(map(str, card.image_shape)) if card.image_shape else f"{n_features:,}"
        raise ModelFileError(
            f"{file} takes images of {size} pixels; to read pictures, a model must be fitted on {_SIDE}x{_SIDE} pixels"
        )
    if card.classes and not set(card.classes) & set("0123456789"):
        raise ModelFileError(f"{file} does not recognize digits; its classes are {shown(list(card.classes[:10]))}")
    return card


def keep_file(path: Path, folder: Path) -> KeptFile:
    """Copy a file into the models folder, named after the hash of its contents; a damaged copy is replaced.

    Parameters
    ----------
    path : Path
    folder : Path
        Created with access for this user only, if it does not exist.

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
