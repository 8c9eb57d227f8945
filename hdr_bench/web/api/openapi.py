"""OpenAPI 3.1 description of the API, built from its endpoints."""

import re
from collections.abc import Iterable, Mapping
from inspect import cleandoc
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from hdr_bench.web.api import schemas as schema_models
from hdr_bench.web.api.endpoints import Endpoint
from hdr_bench.web.api.schemas import Fault

Document = dict[str, Any]
_JSON = "application/json"
_PLACE = "#/components/schemas/{model}"
_PARAMETER = re.compile(r"\{(\w+)(?::(\w+))?\}")
# An attribute in a numpydoc docstring.
_ATTRIBUTES = "Attributes\n----------\n"
_ATTRIBUTE = re.compile(r"^(\w+) : [^\n]*\n {4}([^\n]*)$", re.MULTILINE)
_TYPES = {"int": {"type": "integer", "minimum": 0}, "": {"type": "string"}, "path": {"type": "string"}}
_FAULTS = {
    400: "The request cannot be parsed.",
    401: "The access token is missing or wrong.",
    403: "The request comes from another site, or its Host header does not name this server.",
    404: "The resource does not exist.",
    408: "The body was sent too slowly.",
    409: "The request conflicts with the current state.",
    413: "The request body is too large.",
    415: "The media type is not supported.",
    422: "The request is invalid.",
    429: "This client sent too many requests; Retry-After says when to try again.",
    503: "The server cannot respond now; Retry-After says when to try again.",
}
# Errors of the checks before every endpoint, and of the database; the health check needs no token and has no rate
# limit.
_OF_ALL, _OF_API = (400, 403, 503), (401, 429)
_OF_BODIES = (408, 413)


def describe_api(endpoints: Iterable[Endpoint], version: str) -> Document:
    """Return the description of an API.

    Parameters
    ----------
    endpoints : iterable of Endpoint
    version : str

    Returns
    -------
    document : dict
    """
    entries = tuple(endpoints)
    paths: dict[str, Document] = {}
    for entry in entries:
        paths.setdefault(_PARAMETER.sub(r"{\1}", entry.path), {})[entry.method.lower()] = _describe(entry)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "hdr-bench",
            "version": version,
            "description": "Read handwritten digits, correct the readings, and let models learn from the corrections.",
        },
        "paths": paths,
        "components": {
            "schemas": _schemas(entries),
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "Only required if the server was started with a token.",
                }
            },
        },
        "security": [{}, {"token": []}],
    }


def _describe(entry: Endpoint) -> Document:
    described: Document = {
        "operationId": f"{entry.handler.__module__.rpartition('.')[2]}_{entry.name}",
        "summary": entry.about,
        "responses": _responses(entry),
    }
    if parameters := [*_path_parameters(entry.path), *_query_parameters(entry)]:
        described["parameters"] = parameters
    if entry.body is not None:
        described["requestBody"] = {"required": True, "content": _content(entry.body)}
    return described


def _responses(entry: Endpoint) -> Document:
    reply: Document = {"description": "Success."}
    if entry.reply is not None:
        reply["content"] = _content(entry.reply)
    statuses = {*_OF_ALL, *entry.faults}
    statuses.update(_OF_API if entry.path.startswith("/api/") else ())
    statuses.update(() if entry.body is None else _OF_BODIES)
    faults = {str(status): {"description": _FAULTS[status], "content": _content(Fault)} for status in sorted(statuses)}
    return dict.fromkeys(map(str, (entry.status, *entry.also)), reply) | faults


def _path_parameters(path: str) -> list[Document]:
    return [
        {"name": name, "in": "path", "required": True, "schema": _TYPES[kind]}
        for name, kind in _PARAMETER.findall(path)
    ]


def _query_parameters(entry: Endpoint) -> list[Document]:
    return [
        {"name": each.name, "in": "query", "description": each.about, "schema": each.schema} for each in entry.query
    ]


def _content(kinds: type[BaseModel] | Mapping[str, Any]) -> Document:
    if isinstance(kinds, type):
        return {_JSON: {"schema": _refer(kinds)}}
    return {media_type: {"schema": _schema_of(schema)} for media_type, schema in kinds.items()}


def _schema_of(schema: Any) -> Document:
    if isinstance(schema, type):
        return _refer(schema)
    if isinstance(schema, tuple):
        return {"anyOf": [_refer(each) for each in schema]}
    return dict(schema)


def _refer(model: type[BaseModel]) -> Document:
    return {"$ref": _PLACE.format(model=model.__name__)}


def _schemas(entries: Iterable[Endpoint]) -> Document:
    models: set[type[BaseModel]] = {Fault}
    for entry in entries:
        models.update(_models_in(entry.body), _models_in(entry.reply))
    ordered = sorted(models, key=lambda model: model.__name__)
    _, schema = models_json_schema([(model, "serialization") for model in ordered], ref_template=_PLACE)
    schemas: Document = schema["$defs"]
    for name, described in schemas.items():
        _describe_properties(described, getattr(schema_models, name))
    return schemas


def _describe_properties(schema: Document, model: type[BaseModel]) -> None:
    """Describe properties with the docstrings of their attributes, inherited ones included."""
    schema["description"] = _parts(model)[0]
    for kind in reversed(model.__mro__[: model.__mro__.index(BaseModel)]):
        for name, text in _parts(kind)[1]:
            if name in schema["properties"]:
                schema["properties"][name]["description"] = text.strip()


def _parts(kind: type) -> tuple[str, list[tuple[str, str]]]:
    about, _, attributes = cleandoc(kind.__doc__ or "").partition(_ATTRIBUTES)
    return about.strip(), _ATTRIBUTE.findall(attributes)


def _models_in(kinds: Any) -> set[type[BaseModel]]:
    if isinstance(kinds, type):
        return {kinds}
    values = kinds.values() if isinstance(kinds, Mapping) else ()
    flat = [each for value in values for each in (value if isinstance(value, tuple) else (value,))]
    return {each for each in flat if isinstance(each, type)}
