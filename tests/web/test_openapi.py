"""The description of the API, as generators of clients read it."""

import json
import re

import pytest

from hdr_bench.web.api import ENDPOINTS
from hdr_bench.web.api.openapi import describe_api


@pytest.fixture(scope="module")
def document():
    return describe_api(ENDPOINTS, "1.0")


def test_it_is_a_document_of_openapi(document):
    # Here, not at the top: it takes half a second, which each process that collects tests would spend.
    from openapi_pydantic import OpenAPI

    read = OpenAPI.model_validate(document)
    assert read.openapi.startswith("3.1")
    assert set(read.paths) == set(document["paths"])
    # What nobody knows is kept as it is: there is nothing of the kind.
    assert not read.model_extra
    assert not any(item.model_extra for item in read.paths.values())
    references = set(re.findall(r'"\$ref": "#/components/schemas/(\w+)"', json.dumps(document)))
    assert references
    assert references <= set(read.components.schemas)


def test_every_property_and_parameter_is_described(document):
    schemas = document["components"]["schemas"]
    # The properties of a stored mark are mostly those of any mark.
    assert schemas["StoredMark"]["properties"]["box"]["description"].startswith("Column, row, width and height")
    for name, schema in schemas.items():
        assert schema["description"], name
        for key, value in schema.get("properties", {}).items():
            assert value.get("description"), (name, key)
    queries = [each for path in document["paths"].values() for entry in path.values() for each in _query(entry)]
    assert all(parameter["description"] for parameter in queries)


def _query(entry):
    return [each for each in entry.get("parameters", ()) if each["in"] == "query"]


@pytest.mark.parametrize(
    ("path", "method", "statuses"),
    [
        ("/health", "get", "200 400 403 503"),
        ("/api/readings", "get", "200 400 401 403 422 429 503"),
        ("/api/readings", "post", "201 400 401 403 408 413 415 422 429 503"),
        ("/api/corrections", "post", "200 201 400 401 403 404 408 413 415 422 429 503"),
        ("/api/writers/{name}", "delete", "200 400 401 403 404 422 429 503"),
    ],
)
def test_every_answer_that_may_come_is_described(document, path, method, statuses):
    responses = document["paths"][path][method]["responses"]
    assert sorted(responses) == statuses.split()
    assert all(response["description"] for response in responses.values())
