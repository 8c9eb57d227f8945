"""What a database says of the models that answer."""

from hdr_bench.web.database.versions import list_versions, served_versions


def answering(database):
    """Return each model that answers, with its version's number, in order."""
    with database.read() as session:
        return [(model.name, version.number) for model, version in served_versions(session)]


def versions_of(database, model):
    with database.read() as session:
        return list_versions(session, model)
