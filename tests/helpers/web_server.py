"""A server of the web application in its own process, as a user starts it."""

import os
import re
import signal
import subprocess
import sys
from contextlib import contextmanager, suppress

import httpx2

_ANSWERS = re.compile(r"is running at (http://\S+)")
# For what hangs only.
_SECONDS = 300


class WebServer:
    """Server that answers.

    Attributes
    ----------
    address : str
        Of the page.
    process : subprocess.Popen
    """

    def __init__(self, process, address, log):
        self.process, self.address, self._log = process, address, log

    def client(self, **options):
        return httpx2.Client(base_url=self.address, timeout=_SECONDS, **options)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def end(self):
        # As Ctrl+C does, which reaches its processes too.
        os.killpg(self.process.pid, signal.SIGINT)
        return self.process.wait(_SECONDS)

    def log(self):
        return self._log.read_text()


@contextmanager
def web_server(folder, *arguments, environment=None):
    """Start `hdr-bench serve` on a free port, and end it."""
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / "server.log"
    command = [sys.executable, "-m", "hdr_bench", "serve", "--port", "0", "--folder", str(folder), *map(str, arguments)]
    with log.open("a") as errors:
        process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            process_group=0,
            env=os.environ | (environment or {}),
        )
    try:
        line = process.stdout.readline()
        said = _ANSWERS.search(line)
        assert said, line + log.read_text()
        yield WebServer(process, said[1], log)
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        try:
            process.wait(_SECONDS)
        finally:
            process.kill()
            process.stdout.close()
