"""The first models to serve: the embedded network and the classical methods, or the given files."""

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
    find_choice,
    find_version,
    list_versions,
    serve_version,
    served_versions,
    set_served_models,
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

On one core, each is fitted within seconds, has a file of at most 1 MB, and predicts a digit in at most 4 ms, because
`mnist-5k` has only 4,000 training images: the support vector machine compares a digit with its support vectors, k-NN
with each image; the polynomial multiplies only a few principal components; the linear classifier and the tree take a
fraction of that time.
"""


def register_first_models(settings: ServerSettings, database: Database) -> None:
    """Serve the embedded network or the given files, which are copied into the folder.

    A model is named after its file, without the extension and in lower case. A file that was given before changes
    nothing: the version that people selected last stays in use. A file with different contents becomes the next version
    of its model and is used. The embedded network of a different version of the library replaces the previous one, but
    not a version that learned from corrections. Models that are no longer given are not served, but their versions and
    the selected one are remembered.

    Parameters
    ----------
    settings : ServerSettings
    database : Database

    Raises
    ------
    ModelFileError
        If a file is damaged or cannot read digits of 28x28 pixels, or two files have the same name.
    ModelNotFoundError
        If a file does not exist.
    ServerError
        If the folder does not belong to the database.
    DatabaseError
        If the database cannot be reached.
    """
    models = find_first_models(settings.models)
    cards = [check_file(model.path) for model in models]
    fitted = METHODS if not settings.models else ()
    is_own = settings.database == default_database(settings.folder)
    if not is_own:
        check_folder(database, settings.models_folder, models)
    # Left by servers that were killed while writing a file or fitting a model.
    clear_leftovers(settings.models_folder)
    copies = [keep_file(model.path, settings.models_folder) for model in models]
    files = ModelFiles(settings.models_folder)
    with database.begin() as session:
        for model, card, file in zip(models, cards, copies, strict=True):
            _serve_first(session, model, card, file)
        _serve_fitted(session, fitted)
        names = [*(model.name for model in models), *fitted]
        set_served_models(session, names)
        repair(session, files)
        # The database is in this folder, so no other server has the files.
        if is_own:
            replace_lost(session, files)


def missing_methods(settings: ServerSettings, database: Database) -> tuple[str, ...]:
    """Return the methods to fit: those without a version, and those whose files are all lost.

    Parameters
    ----------
    settings : ServerSettings
    database : Database

    Returns
    -------
    methods : tuple of str
        Empty if model files were given.

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
    """Fit the missing or lost methods, one after the other, in another process; each is served once fitted.

    A failure is logged, and the method is fitted again at the next start of the server.

    Parameters
    ----------
    settings : ServerSettings
    database : Database
    on_fitted : callable
        Awaited after each, so that it is served.

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
                _log.error("Could not fit %s: %s", fit.method, fit.failure)
                return
            await run_in_threadpool(_add_fitted, FirstModel(fit.method, fit.path, "fitted"), settings, database)
            await on_fitted()
        except (HdrBenchError, OSError) as error:
            _log.error("%s was fitted, but cannot be served yet: %s", fit.method, describe_file_error(error))

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
        # Another server of the database may have been faster, and people may have selected a version since.
        if has_whole(session, model.name, files):
            return
        _serve_first(session, model, card, keep_file(model.path, settings.models_folder))
        names = [served.name for served, _ in served_versions(session)]
        set_served_models(session, sorted(names, key=lambda name: METHODS.index(name) if name in METHODS else -1))


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
        # Its file has just been restored.
        version.state = "usable"
    if chosen is None or (found is None and _gives_way(chosen, model)):
        version.state = "usable"
        serve_version(session, model.name, version.number)


def _gives_way(chosen: ModelVersion, model: FirstModel) -> bool:
    """Whether a new file replaces the selected version."""
    return model.origin in {"given", chosen.origin}


def _serve_fitted(session: Session, names: Sequence[str]) -> None:
    """Select the latest usable version of each model that has none selected yet."""
    for name in names:
        usable = [version for version in list_versions(session, name) if version.state == "usable"]
        if usable and find_choice(session, name) is None:
            serve_version(session, name, max(version.number for version in usable))
