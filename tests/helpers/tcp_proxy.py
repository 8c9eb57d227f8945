"""A way to a server that can be closed and opened again, while others go on using the server."""

import contextlib
import socket
import threading


class Proxy:
    """Port that passes connections on to another one.

    Closed, it is to its clients what a server is that was ended: open connections break, new ones are refused.
    """

    def __init__(self, target):
        self._target = target
        self._sockets = []
        self._listener = None
        self.port = 0

    def __enter__(self):
        self.open()
        return self

    def __exit__(self, *error):
        self.close()

    def open(self):
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def close(self):
        for each in [self._listener, *self._sockets]:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        self._sockets.clear()

    def _accept(self, listener):
        with contextlib.suppress(OSError):
            while True:
                client, _ = listener.accept()
                server = socket.create_connection(("127.0.0.1", self._target))
                self._sockets += [client, server]
                for pair in ((client, server), (server, client)):
                    threading.Thread(target=self._pass_on, args=pair, daemon=True).start()

    def _pass_on(self, source, sink):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_WR)
