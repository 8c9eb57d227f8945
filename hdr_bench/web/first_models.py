"""The models that answer at first: the embedded network and the classical methods, or the files that were given."""

import asyncio
import hashlib
import logging
import sys
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import delete
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from hdr_bench.exceptions import ModelFileError, shown
from hdr_bench.files import read_regular, write_whole
from hdr_bench.models.card import ModelCard
from hdr_bench.models.embedded import EMBEDDED_MODEL
from hdr_bench.models.model_file import ENDING, load_card
from hdr_bench.web.database.engine import Database
from hdr_bench.web.database.tables import ServedModel
from hdr_bench.web.database.versions import add_version, find_version, list_versions, serve_version, served_versions
from hdr_bench.web.settings import ServerSettings

_log = logging.getLogger(__name__)
EMBEDDED = "cnn"
"""Name of the embedded network among the models."""
METHODS = ("svm", "knn", "polynomial", "linear", "tree")
"""Methods that are fitted on `mnist-5k`, with their default parameters: each answers in milliseconds."""
_SIDE = 28
_LONGEST_NAME = 64
_LAST_CHARACTERS = 300


@dataclass(frozen=True)
class _FirstModel:
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


def register_first_models(settings: ServerSettings, database: Database) -> None:
    """Have the embedded network, or the files that were given, answer; their files are copied into the folder.

    A file is a model of the name that it has without its ending. One that was given before changes nothing: the version
    answers that people chose last. One with other bytes becomes the next version of its model, and answers. Models that
    are no longer given do not answer, but their versions stay.

    Parameters
    ----------
    settings : ServerSettings
    database : Database

    Raises
    ------
    ModelFileError
        If a file is damaged, or cannot read digits of 28x28 pixels, or two have one name.
    ModelNotFoundError
        If there is no such file.
    DatabaseError
        If the database cannot be reached.
    """
    models = _first_models(settings.models)
    cards = [_check(model) for model in models]
    fitted = METHODS if not settings.models else ()
    files = [_keep(model.path, settings.models_folder) for model in models]
    with database.begin() as session:
        for model, card, file in zip(models, cards, files, strict=True):
            _serve_first(session, model, card, file)
        names = [*(model.name for model in models), *_with_versions(session, fitted)]
        session.execute(delete(ServedModel).where(ServedModel.name.not_in(names)))
        _put_in_order(session, names)


def missing_methods(settings: ServerSettings, database: Database) -> tuple[str, ...]:
    """Return the methods that are to be fitted because they have no version.

    Parameters
    ----------
    settings : ServerSettings
    database : Database

    Returns
    -------
    methods : tuple of str
        None if model files were given.

    Raises
    ------
    DatabaseError
        If the database cannot be reached.
    """
    if settings.models:
        return ()
    with database.read() as session:
        return tuple(name for name in METHODS if not list_versions(session, name))


async def fit_first_models(
    settings: ServerSettings, database: Database, on_fitted: Callable[[], Awaitable[None]]
) -> None:
    """Fit the methods that are missing, one after the other, each in its own process; each answers once it is fitted.

    Parameters
    ----------
    settings : ServerSettings
    database : Database
    on_fitted : callable
        Awaited after each, so that it answers.

    Raises
    ------
    DatabaseError
        If the database cannot be reached.
    OSError
        If a process cannot be started, or a file cannot be stored.
    """
    for method in await run_in_threadpool(missing_methods, settings, database):
        with tempfile.TemporaryDirectory(prefix="hdr-bench-fit-") as folder:
            path = Path(folder) / f"{method}{ENDING}"
            if not await _fit(method, path):
                continue
            await run_in_threadpool(_add_fitted, _FirstModel(method, path, "fitted"), settings, database)
        await on_fitted()


async def _fit(method: str, path: Path) -> bool:
    """Fit a method in its own process, which ends with this coroutine; return whether there is a file."""
    # -P: nothing is imported from the working folder.
    command = (sys.executable, "-P", "-m", "hdr_bench.web.first_fit", method, str(path))
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, stderr=asyncio.subprocess.STDOUT)
    try:
        # Its standard input stays open for as long as it is to live.
        said = await process.stdout.read() if process.stdout else b""
        await process.wait()
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    if process.returncode or not path.exists():
        _log.error("%s could not be fitted: %s", method, said.decode(errors="replace")[-_LAST_CHARACTERS:].strip())
        return False
    return True


def _add_fitted(model: _FirstModel, settings: ServerSettings, database: Database) -> None:
    card = _check(model)
    file = _keep(model.path, settings.models_folder)
    with database.begin() as session:
        _serve_first(session, model, card, file)
        names = [served.name for served, _ in served_versions(session)]
        _put_in_order(session, sorted(names, key=lambda name: METHODS.index(name) if name in METHODS else -1))


def _first_models(given: Sequence[Path]) -> list[_FirstModel]:
    if not given:
        return [_FirstModel(EMBEDDED, EMBEDDED_MODEL, "embedded")]
    models = [_FirstModel(path.name.removesuffix(ENDING)[:_LONGEST_NAME], path, "given") for path in given]
    names = [model.name for model in models]
    if repeated := next((model for model in models if names.count(model.name) > 1), None):
        raise ModelFileError(
            f"two model files are named {repeated.name}: rename one of them, as names tell models apart"
        )
    return models


def _check(model: _FirstModel) -> ModelCard:
    """Return the card of a file, of which the classes and the size of images are known to fit."""
    card = load_card(model.path)
    n_features = card.n_features or _SIDE * _SIDE
    if n_features != _SIDE * _SIDE or card.image_shape not in {None, (_SIDE, _SIDE)}:
        size = "x".join(map(str, card.image_shape)) if card.image_shape else f"{n_features:,}"
        raise ModelFileError(
            f"{model.path} takes images of {size} pixels; "
            f"to read pictures a model must be fitted on {_SIDE}x{_SIDE} pixels"
        )
    if card.classes and not set(card.classes) & set("0123456789"):
        raise ModelFileError(f"{model.path} knows no digits: its classes are {shown(list(card.classes[:10]))}")
    return card


def _keep(path: Path, folder: Path) -> tuple[str, str]:
    """Copy a file into the folder of models, under the hash of its bytes; return its name there, and the hash."""
    content = read_regular(path)
    sha256 = hashlib.sha256(content).hexdigest()
    kept = folder / f"{sha256}{ENDING}"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not kept.exists() or hashlib.sha256(kept.read_bytes()).hexdigest() != sha256:
        write_whole(kept, content)
    return kept.name, sha256


def _serve_first(session: Session, model: _FirstModel, card: ModelCard, file: tuple[str, str]) -> None:
    name, sha256 = file
    found = find_version(session, model.name, sha256=sha256)
    is_served = any(served.name == model.name for served, _ in served_versions(session))
    if found is not None and is_served:
        return
    version = found or add_version(
        session,
        model=model.name,
        method=card.method.name,
        origin=model.origin,
        file=name,
        sha256=sha256,
        n_images=card.data.n_train if card.data else 0,
        scores={score.dataset: score.model_dump(exclude={"dataset"}) for score in card.scores},
    )
    # A version that was found damaged has its file again.
    version.state = "usable"
    serve_version(session, model.name, version.number)


def _with_versions(session: Session, names: Sequence[str]) -> list[str]:
    """Return the models that have versions; of each that does not answer, the latest usable one does from now on."""
    answering = {served.name for served, _ in served_versions(session)}
    found = []
    for name in names:
        usable = [version for version in list_versions(session, name) if version.state == "usable"]
        if usable and name not in answering:
            serve_version(session, name, max(version.number for version in usable))
        if usable or name in answering:
            found.append(name)
    return found


def _put_in_order(session: Session, names: Sequence[str]) -> None:
    for served, _ in served_versions(session):
        served.position = names.index(served.name)
