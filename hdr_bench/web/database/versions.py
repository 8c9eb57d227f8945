"""Versions of models, and which of them are served."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from hdr_bench.exceptions import ModelFileError
from hdr_bench.web.database.locks import lock_changes
from hdr_bench.web.database.pages import can_be_id
from hdr_bench.web.database.tables import ModelVersion, ServedModel


def next_number(session: Session, model: str) -> int:
    """Return the number of a model's next version, reserved for this transaction.

    Parameters
    ----------
    session : Session
    model : str

    Returns
    -------
    number : int
    """
    lock_changes(session)
    newest = session.scalar(select(func.max(ModelVersion.number)).where(ModelVersion.model == model))
    return (newest or 0) + 1


def add_version(
    session: Session,
    *,
    model: str,
    method: str,
    origin: str,
    file: str,
    sha256: str,
    n_images: int,
    state: str = "usable",
    parent_id: int | None = None,
    n_corrections: int = 0,
    scores: Mapping[str, Any] | None = None,
    decision: Mapping[str, Any] | None = None,
) -> ModelVersion:
    """Store a version of a model, under its next number; it is not served yet.

    Parameters
    ----------
    session : Session
    model : str
        Name of the model.
    method : str
        A name of `ESTIMATORS`, or the class of the estimator.
    origin : str
        ``"embedded"``, ``"given"``, ``"fitted"`` or ``"retrained"``.
    file : str
        Name of its file in the models folder.
    sha256 : str
        SHA-256 of that file.
    n_images : int
        Number of original training images.
    state : str, default="usable"
        ``"usable"``, ``"offered"`` or ``"refused"`` (rejected).
    parent_id : int, optional
        Version that it was retrained from.
    n_corrections : int, default=0
        Number of corrections that it learned from.
    scores : mapping, optional
        Accuracy by set of images, with intervals.
    decision : mapping, optional
        The numbers behind the decision to accept, offer or reject it.

    Returns
    -------
    version : ModelVersion
    """
    version = ModelVersion(
        model=model,
        number=next_number(session, model),
        method=method,
        origin=origin,
        state=state,
        file=file,
        sha256=sha256,
        parent_id=parent_id,
        n_images=n_images,
        n_corrections=n_corrections,
        scores=dict(scores or {}),
        decision=dict(decision or {}),
    )
    session.add(version)
    session.flush()
    return version


def find_version(session: Session, model: str, *, sha256: str) -> ModelVersion | None:
    """Return a model's newest version with a given file.

    Other transactions cannot add versions until this one ends.

    Parameters
    ----------
    session : Session
    model : str
    sha256 : str
        SHA-256 of the file.

    Returns
    -------
    version : ModelVersion or None
        None if there is no such version.
    """
    lock_changes(session)
    query = select(ModelVersion).where(ModelVersion.model == model, ModelVersion.sha256 == sha256)
    return session.scalars(query.order_by(ModelVersion.number.desc()).limit(1)).one_or_none()


def served_versions(session: Session) -> list[tuple[ServedModel, ModelVersion]]:
    """Return the served models, in order, each with its selected version.

    Parameters
    ----------
    session : Session

    Returns
    -------
    served : list of (ServedModel, ModelVersion)
    """
    query = select(ServedModel).where(ServedModel.position.is_not(None)).options(joinedload(ServedModel.version))
    query = query.order_by(ServedModel.position, ServedModel.name)
    models = session.scalars(query.execution_options(populate_existing=True))
    return [(model, model.version) for model in models]


def serve_version(session: Session, model: str, number: int) -> ModelVersion | None:
    """Serve a version from now on. An offered version is thereby accepted.

    Parameters
    ----------
    session : Session
    model : str
    number : int
        Version number.

    Returns
    -------
    version : ModelVersion or None
        None if there is no version with this number.

    Raises
    ------
    ModelFileError
        If the version is damaged, or was rejected because it is worse.
    """
    lock_changes(session)
    version = find_version_by_number(session, model, number)
    if version is None:
        return None
    if version.state not in {"usable", "offered"}:
        worse = "it did worse than the version that it was retrained from"
        reason = "its file is damaged" if version.state == "damaged" else worse
        raise ModelFileError(f"version {number} of {model} cannot be used: {reason}. Choose another version.")
    version.state = "usable"
    served = session.get(ServedModel, model, populate_existing=True)
    if served is None:
        served = ServedModel(name=model, version_id=version.id)
        session.add(served)
    served.version_id = version.id
    if served.position is None:
        served.position = len(served_versions(session))
    session.flush()
    return version


def find_choice(session: Session, model: str) -> ModelVersion | None:
    """Return the version of a model that was selected last, even if the model is not served now.

    Parameters
    ----------
    session : Session
    model : str

    Returns
    -------
    version : ModelVersion or None
        None if no version has been selected yet.
    """
    served = session.get(ServedModel, model, populate_existing=True)
    return None if served is None else served.version


def set_served_models(session: Session, names: Sequence[str]) -> None:
    """Serve exactly these models, in this order, each with the version that was selected last.

    Parameters
    ----------
    session : Session
    names : sequence of str
        Names of models with a selected version.
    """
    for served in session.scalars(select(ServedModel)):
        served.position = names.index(served.name) if served.name in names else None
    session.flush()


def list_versions(session: Session, model: str) -> list[ModelVersion]:
    """Return all versions of a model, oldest first.

    Parameters
    ----------
    session : Session
    model : str

    Returns
    -------
    versions : list of ModelVersion
    """
    query = select(ModelVersion).where(ModelVersion.model == model).order_by(ModelVersion.number)
    return list(session.scalars(query))


def damaged_versions(session: Session) -> list[ModelVersion]:
    """Return all versions whose files are damaged.

    Parameters
    ----------
    session : Session

    Returns
    -------
    versions : list of ModelVersion
    """
    return list(session.scalars(select(ModelVersion).where(ModelVersion.state == "damaged")))


def find_version_by_number(session: Session, model: str, number: int) -> ModelVersion | None:
    """Return a version of a model by its number.

    Parameters
    ----------
    session : Session
    model : str
    number : int

    Returns
    -------
    version : ModelVersion or None
        None if there is no such version.
    """
    if not can_be_id(number):
        return None
    query = select(ModelVersion).where(ModelVersion.model == model, ModelVersion.number == number)
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()
