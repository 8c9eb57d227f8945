"""The database servers of the tests: nothing is left of them, however the tests end."""

import socket
import subprocess
import sys

import psutil
import pytest

from tests.helpers.database_servers import KINDS, find_program

USE = """
import sys
from pathlib import Path
from tests.helpers.database_servers import shared_server
with shared_server(sys.argv[1], Path(sys.argv[2])) as port:
    print(port, flush=True)
    sys.stdin.read()
"""


def test_a_server_ends_with_the_last_process_that_uses_it(tmp_path, pytestconfig):
    if any(find_program(program) is None for program in KINDS["postgresql"].programs):
        pytest.skip("PostgreSQL cannot be found")
    command = [sys.executable, "-c", USE, "postgresql", tmp_path]
    options = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "cwd": pytestconfig.rootpath}
    with subprocess.Popen(command, **options) as first:
        port = int(first.stdout.readline())
        (keeper,) = psutil.Process(first.pid).children()
        (server,) = keeper.children()
        with subprocess.Popen(command, **options) as second:
            assert int(second.stdout.readline()) == port
            first.kill()
            first.wait()
            socket.create_connection(("127.0.0.1", port)).close()
            second.kill()
    psutil.wait_procs([keeper, server])
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))
