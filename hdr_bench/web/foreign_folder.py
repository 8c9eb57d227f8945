"""A folder of models that is not the one that belongs to a database that several servers share."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import select

from hdr_bench.exceptions import ServerError
from hdr_bench.files import read_regular
from hdr_bench.web.database.engine import Database
from hdr_bench.web.database.tables import ModelVersion
from hdr_bench.web.first_files import FirstModel


def check_folder(database: Database, folder: Path, models: Sequence[FirstModel]) -> None:
    """Check that a folder holds a file of the database's versions, so that versions can answer here.

    The embedded network says nothing, as every server has it.

    Parameters
    ----------
    database : Database
    folder : Path
        Of the models' files.
    models : sequence of FirstModel
        Whose files will be copied there.

    Raises
    ------
    ServerError
        If all are elsewhere.
    DatabaseError
        If the database cannot be reached.
    """
    with database.read() as session:
        query = select(ModelVersion.file, ModelVersion.sha256).where(ModelVersion.origin != "embedded")
        versions = session.execute(query).all()
    given = {hashlib.sha256(read_regular(model.path)).hexdigest() for model in models}
    if not versions or any(sha256 in given or (folder / file).exists() for file, sha256 in versions):
        return
    raise ServerError(
        f"the models of the database {database.name} are not in {folder}. Servers that share a database must share the "
        "folder of models too: choose that folder's parent as --folder, or another --database"
    )
