"""The models that answer at first: the embedded network and the classical methods, or the files that were given."""

import logging
import shutil
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from hdr_bench.exceptions import HdrBenchError, ServerError
from hdr_bench.files import clear_leftovers, describe_file_error, incoming_path
from hdr_bench.models.card import ModelCard
from hdr_bench.web.database.engine import Database
from hdr_bench.web.database.locks import lock_changes
from hdr_bench.web.database.tables import ModelVersion
from hdr_bench.web.database.versions import (
    add_version,
    choose_models,
    chosen_version,
    find_version,
    list_versions,
    serve_version,
    served_versions,
)
from hdr_bench.web.first_files import FirstModel, KeptFile, check_file, find_first_models, keep_file
from hdr_bench.web.first_fit_process import Fit, run_fits
from hdr_bench.web.serving import restore_whole
from hdr_bench.web.settings import ServerSettings

_log = logging.getLogger(__name__)
METHODS = ("svm", "knn", "polynomial", "linear", "tree")
"""Methods that are fitted on `mnist-5k`, all with their default parameters.

On one core each is fitted within seconds, has a file of at most 1 MB, and answers for a digit in at most 4 ms, as
`mnist-5k` has only 4,000 training images: the support vector machine compares with its support vectors, k-NN with each
image; the polynomial multiplies few principal components; the linear classifier and the tree take a fraction of that.
"""


def register_first_models(settings: ServerSettings, database: Database) -> None:
    """Have the embedded network, or the files that were given, answer; their files are copied into the folder.

    A file is a model of the name that it has without its ending, in lower case. One that was given before changes
    nothing: the version answers that people chose last. One with other bytes becomes the next version of its model, and
    answers. A new embedded network, of another version of the library, takes the place of the one before, but not of a
    version that learned from corrections. Models that are no longer given do not answer, but their versions stay.

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
    ServerError
        If the files of all versions are elsewhere.
    """
    _check_folder(settings, database)
    models = find_first_models(settings.models)
    cards = [check_file(model.path) for model in models]
    fitted = METHODS if not settings.models else ()
    # Of servers that were killed while they wrote a file, or fitted a model.
    clear_leftovers(settings.models_folder)
    files = [keep_file(model.path, settings.models_folder) for model in models]
    with database.begin() as session:
        lock_changes(session)
        restore_whole(session, settings.models_folder)
        for model, card, file in zip(models, cards, files, strict=True):
            _serve_first(session, model, card, file)
        choose_models(session, [*(model.name for model in models), *_with_versions(session, fitted)])


def _check_folder(settings: ServerSettings, database: Database) -> None:
    """Refuse a folder in which no version of the database has its file: it would begin anew, beside what is stored."""
    folder = settings.models_folder
    with database.read() as session:
        files = session.scalars(select(ModelVersion.file)).all()
    if files and not any((folder / file).is_file() for file in files):
        raise ServerError(
            f"Of the model files that the database names ({len(files):,}), none is in {folder}. Name the folder that "
            "they are in with --folder: all servers of a database need the same one. Or start afresh with another "
            "--database."
        )


def missing_methods(settings: ServerSettings, database: Database) -> tuple[str, ...]:
    """Return the methods that are to be fitted: they have no version, or the file of the chosen one is not here.

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
        return tuple(name for name in METHODS if not _has_file(session, name, settings.models_folder))


async def fit_first_models(
    settings: ServerSettings, database: Database, on_fitted: Callable[[], Awaitable[None]]
) -> None:
    """Fit the methods that are missing, one after the other, in another process; each answers once it is fitted.

    A method that fails is logged, and fitted again when the server starts the next time.

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
        If the process cannot be started.
    """
    methods = await run_in_threadpool(missing_methods, settings, database)
    if not methods:
        return

    async def add(fit: Fit) -> None:
        try:
            if fit.failure:
                _log.error("%s could not be fitted: %s", fit.method, fit.failure)
                return
            await run_in_threadpool(_add_fitted, FirstModel(fit.method, fit.path, "fitted"), settings, database)
            await on_fitted()
        except (HdrBenchError, OSError) as error:
            _log.error("%s was fitted, but does not answer yet: %s", fit.method, describe_file_error(error))

    folder = incoming_path(settings.models_folder)
    folder.mkdir(mode=0o700, parents=True)
    try:
        await run_fits(methods, folder, add)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _add_fitted(model: FirstModel, settings: ServerSettings, database: Database) -> None:
    card = check_file(model.path)
    file = keep_file(model.path, settings.models_folder)
    with database.begin() as session:
        lock_changes(session)
        # Another server of the database may have been faster, and people may have chosen a version since. The file of a
        # version that was here before may be here again by now: equal fits make equal files.
        if _has_file(session, model.name, settings.models_folder):
            return
        version = _serve_first(session, model, card, file)
        serve_version(session, model.name, version.number)
        names = [served.name for served, _ in served_versions(session)]
        choose_models(session, sorted(names, key=lambda name: METHODS.index(name) if name in METHODS else -1))


def _has_file(session: Session, model: str, folder: Path) -> bool:
    chosen = chosen_version(session, model)
    return chosen is not None and (folder / chosen.file).is_file()


def _serve_first(session: Session, model: FirstModel, card: ModelCard, file: KeptFile) -> ModelVersion:
    found = find_version(session, model.name, sha256=file.sha256)
    chosen = chosen_version(session, model.name)
    version = found or add_version(
        session,
        model=model.name,
        method=card.method.name,
        origin=model.origin,
        file=file.name,
        sha256=file.sha256,
        n_images=card.data.n_train if card.data else 0,
        scores={score.dataset: score.model_dump(exclude={"dataset"}) for score in card.scores},
    )
    if version.state == "damaged":
        # Its file has just been copied again.
        version.state = "usable"
    if chosen is None or (found is None and _gives_way(chosen, model)):
        version.state = "usable"
        serve_version(session, model.name, version.number)
    return version


def _gives_way(chosen: ModelVersion, model: FirstModel) -> bool:
    """Whether a new file takes the place of the version that was chosen."""
    return model.origin in {"given", chosen.origin}


def _with_versions(session: Session, names: Sequence[str]) -> list[str]:
    """Return the models that have versions."""
    return [name for name in names if list_versions(session, name)]
