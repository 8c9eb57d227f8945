"""The models that answer at first: the embedded network and the classical methods, or the files that were given."""

import logging
import shutil
from collections.abc import Awaitable, Callable, Sequence

from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from hdr_bench.exceptions import HdrBenchError
from hdr_bench.files import clear_leftovers, describe_file_error, incoming_path
from hdr_bench.models.card import ModelCard
from hdr_bench.web.database.engine import Database
from hdr_bench.web.database.locks import lock_changes
from hdr_bench.web.database.tables import ModelVersion
from hdr_bench.web.database.versions import (
    add_version,
    answer_in_order,
    find_choice,
    find_version,
    list_versions,
    serve_version,
    served_versions,
)
from hdr_bench.web.first_files import FirstModel, KeptFile, check_file, find_first_models, keep_file
from hdr_bench.web.first_fit_process import Fit, run_fits
from hdr_bench.web.foreign_folder import check_folder
from hdr_bench.web.model_files import ModelFiles
from hdr_bench.web.repair import has_whole, repair, replace_lost
from hdr_bench.web.settings import ServerSettings, default_database

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
    version that learned from corrections. Models that are no longer given do not answer, but their versions stay, and
    which of them was chosen is remembered.

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
    ServerError
        If the folder is not the one that belongs to the database.
    DatabaseError
        If the database cannot be reached.
    """
    models = find_first_models(settings.models)
    cards = [check_file(model.path) for model in models]
    fitted = METHODS if not settings.models else ()
    is_own = settings.database == default_database(settings.folder)
    if not is_own:
        check_folder(database, settings.models_folder, models)
    # Of servers that were killed while they wrote a file, or fitted a model.
    clear_leftovers(settings.models_folder)
    copies = [keep_file(model.path, settings.models_folder) for model in models]
    files = ModelFiles(settings.models_folder)
    with database.begin() as session:
        for model, card, file in zip(models, cards, copies, strict=True):
            _serve_first(session, model, card, file)
        _serve_fitted(session, fitted)
        names = [*(model.name for model in models), *fitted]
        answer_in_order(session, names)
        repair(session, files)
        # The database lies in this folder, so no other server has the files.
        if is_own:
            replace_lost(session, files)


def missing_methods(settings: ServerSettings, database: Database) -> tuple[str, ...]:
    """Return the methods that are to be fitted because they have no version, or the files of all are lost.

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
    files = ModelFiles(settings.models_folder)
    with database.read() as session:
        return tuple(name for name in METHODS if not has_whole(session, name, files))


async def fit_first_models(
    settings: ServerSettings, database: Database, on_fitted: Callable[[], Awaitable[None]]
) -> None:
    """Fit the methods that are missing or lost, one after the other, in another process; each then answers.

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
    files = ModelFiles(settings.models_folder)
    card = check_file(model.path)
    with database.begin() as session:
        lock_changes(session)
        # Another server of the database may have been faster, and people may have chosen a version since.
        if has_whole(session, model.name, files):
            return
        _serve_first(session, model, card, keep_file(model.path, settings.models_folder))
        names = [served.name for served, _ in served_versions(session)]
        answer_in_order(session, sorted(names, key=lambda name: METHODS.index(name) if name in METHODS else -1))


def _serve_first(session: Session, model: FirstModel, card: ModelCard, file: KeptFile) -> None:
    found = find_version(session, model.name, sha256=file.sha256)
    chosen = find_choice(session, model.name)
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


def _gives_way(chosen: ModelVersion, model: FirstModel) -> bool:
    """Whether a new file takes the place of the version that was chosen."""
    return model.origin in {"given", chosen.origin}


def _serve_fitted(session: Session, names: Sequence[str]) -> None:
    """Let the latest usable version answer of each model of which none was chosen yet."""
    for name in names:
        usable = [version for version in list_versions(session, name) if version.state == "usable"]
        if usable and find_choice(session, name) is None:
            serve_version(session, name, max(version.number for version in usable))
