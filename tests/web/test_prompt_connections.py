"""Connections on which no request begins, or whose answers nobody takes: they are closed."""

import socket
import threading
from contextlib import contextmanager, suppress

import uvicorn

from hdr_bench.web.prompt_connections import PromptConnection

# More than the system takes for a client that reads nothing.
MUCH = 30_000_000
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
def connect(protocol, application=answer):
    # uvicorn's own limit is of no account: each test hangs if it is the one that is waited for.
    config = uvicorn.Config(
        application, lifespan="off", ws="none", log_config=None, http=protocol, timeout_keep_alive=3600
    )
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


def open_another(connection):
    return socket.create_connection(connection.getpeername())


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


async def answer_much(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": bytes(MUCH)})


lost = threading.Event()


class ImpatientWithReaders(PromptConnection):
    # Silence before and after requests is of no account here: only what is not taken.
    @property
    def seconds(self):
        return 0.0 if self.transport.get_write_buffer_size() else 3600.0

    def connection_lost(self, exc):
        super().connection_lost(exc)
        lost.set()


def test_an_answer_that_nobody_takes_is_given_up():
    with connect(ImpatientWithReaders, answer_much) as connection:
        connection.sendall(REQUEST)

        assert lost.wait(300)
        # What the system holds may still come, and then the end.
        with suppress(ConnectionResetError):
            assert len(read_to_end(connection)) < MUCH


def test_an_answer_that_is_taken_comes_whole():
    with connect(PromptConnection, answer_much) as connection:
        connection.sendall(REQUEST.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))

        assert len(read_to_end(connection)) > MUCH


class Few(PromptConnection):
    most = 2


def test_one_connection_too_many_closes_that_which_is_silent_for_the_longest():
    with connect(Few) as first, open_another(first) as second, open_another(first) as third:
        assert read_to_end(first) == b""
        for connection in (second, third):
            connection.sendall(REQUEST)
            assert connection.recv(4096).startswith(b"HTTP/1.1 204")
