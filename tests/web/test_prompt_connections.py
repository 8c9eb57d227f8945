"""Connections on which no request begins: they are closed."""

import socket
import threading
from contextlib import contextmanager

import uvicorn

from hdr_bench.web.prompt_connections import PromptConnection

REQUEST = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"


class Impatient(PromptConnection):
    seconds = 0.0


class ImpatientAfterAnAnswer(PromptConnection):
    @property
    def seconds(self):
        return 3600.0 if self.cycle is None else 0.0


async def answer(scope, receive, send):
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body"})


@contextmanager
def connect(protocol):
    # uvicorn's own limit is of no account: each test hangs if it is the one that is waited for.
    config = uvicorn.Config(answer, lifespan="off", ws="none", log_config=None, http=protocol, timeout_keep_alive=3600)
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            with socket.create_connection(listener.getsockname()) as connection:
                yield connection
        finally:
            server.should_exit = True
            thread.join()


def read_to_end(connection):
    """Return what comes until the server closes the connection."""
    return b"".join(iter(lambda: connection.recv(4096), b""))


def test_a_silent_connection_is_closed():
    with connect(Impatient) as connection:
        assert read_to_end(connection) == b""


def test_half_a_request_after_an_answer_is_not_waited_for():
    with connect(ImpatientAfterAnAnswer) as connection:
        connection.sendall(REQUEST + b"GET / HTTP/1.1\r\nHost:")

        assert read_to_end(connection).startswith(b"HTTP/1.1 204")


def test_requests_that_come_at_once_are_all_answered():
    with connect(ImpatientAfterAnAnswer) as connection:
        connection.sendall(REQUEST * 3)

        assert read_to_end(connection).count(b"HTTP/1.1 204") == 3
