"""Detection of a models folder that does not belong to the database, which several servers may share."""

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
    """Check that a folder contains a file of the database's versions, so that this server can use them.

    The embedded network does not count, since every server has it.

    Parameters
    ----------
    database : Database
    folder : Path
        Folder of the model files.
    models : sequence of FirstModel
        Models whose files will be copied there.

    Raises
    ------
    ServerError
        If all files are elsewhere.
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
        "models folder too: pass that folder's parent as --folder, or choose another --database"
    )
