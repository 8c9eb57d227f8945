"""What clients send is parsed beside the event loop, on which everybody waits."""

import asyncio
import threading

import pytest
from pydantic import BaseModel, field_validator
from starlette.exceptions import HTTPException
from starlette.requests import Request

from hdr_bench.web.api.bodies import read_body


class Noting(BaseModel):
    thread: int

    @field_validator("thread")
    @classmethod
    def note(cls, _):
        return threading.get_ident()


def read(content):
    async def receive():
        return {"type": "http.request", "body": content, "more_body": False}

    scope = {"type": "http", "headers": [(b"content-type", b"application/json")]}
    return asyncio.run(read_body(Request(scope, receive), Noting))


def test_a_body_is_parsed_in_a_thread():
    assert read(b'{"thread": 0}').thread != threading.get_ident()


def test_what_is_wrong_with_it_is_said():
    with pytest.raises(HTTPException, match="not valid JSON") as raised:
        read(b"{")
    assert raised.value.status_code == 400
