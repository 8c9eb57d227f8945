"""MariaDB and PostgreSQL for tests: each one server for all processes that test, on loopback, in a temporary folder.

The server belongs to a keeper, a process of its own. Each process of the tests holds a shared lock on one file; the
keeper waits for that lock alone, gets it when the last of them has ended, however that happened, and ends the server.
"""

import fcntl
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

# In a URL two of its characters have to be encoded.
USER, PASSWORD = "hdr", "ink:and@paper"
_ENCODED_PASSWORD = "ink%3Aand%40paper"
_FOLDERS = ("/usr/sbin", "/usr/local/bin", "/usr/bin")


def find_program(name):
    """Return where a program of a database server is, or None; Debian puts PostgreSQL's beside the usual folders."""
    folders = [
        *os.get_exec_path(),
        *_FOLDERS,
        *sorted(map(str, Path("/usr/lib/postgresql").glob("*/bin")), reverse=True),
    ]
    return shutil.which(name, path=os.pathsep.join(folders))


class MariaDB:
    """How MariaDB is set up and started."""

    name, programs = "mariadb", ("mariadbd", "mariadb-install-db")

    def url(self, port, database):
        return f"mysql://{USER}:{_ENCODED_PASSWORD}@127.0.0.1:{port}/{database}"

    admin = "mysql"

    def set_up(self, folder):
        program = find_program("mariadb-install-db")
        options = (
            "--no-defaults",
            "--auth-root-authentication-method=normal",
            "--skip-test-db",
            "--innodb-log-file-size=4M",
        )
        run_as_user(folder, program, *options, f"--datadir={folder / 'data'}", f"--tmpdir={folder}")
        # One statement per line.
        grants = [
            f"CREATE OR REPLACE USER {user} IDENTIFIED BY '{PASSWORD}';\nGRANT ALL ON *.* TO {user};\n"
            for user in (f"'{USER}'@'%'", f"'{USER}'@'localhost'")
        ]
        (folder / "init.sql").write_text("".join(grants))

    def command(self, folder, port):
        return [
            find_program("mariadbd"), "--no-defaults", f"--datadir={folder / 'data'}", f"--tmpdir={folder}",
            f"--port={port}", "--bind-address=127.0.0.1", f"--socket={folder / 'socket'}",
            f"--pid-file={folder / 'pid'}",
            f"--init-file={folder / 'init.sql'}", "--innodb-buffer-pool-size=16M", "--innodb-log-file-size=4M",
            "--innodb-flush-log-at-trx-commit=0", "--performance-schema=OFF",
            # As it is without Debian's settings: tables ask for their own characters.
            "--character-set-server=latin1", "--collation-server=latin1_swedish_ci",
        ]  # fmt: skip


class PostgreSQL:
    """How PostgreSQL is set up and started."""

    name, programs = "postgresql", ("postgres", "initdb")
    admin = "postgres"

    def url(self, port, database):
        return f"postgresql://{USER}:{_ENCODED_PASSWORD}@127.0.0.1:{port}/{database}"

    def set_up(self, folder):
        (folder / "password").write_text(PASSWORD)
        options = ("--username", USER, "--auth", "scram-sha-256", "--pwfile", folder / "password", "--no-sync")
        run_as_user(folder, find_program("initdb"), "-D", folder / "data", *options, "--encoding=UTF8", "--locale=C")

    def command(self, folder, port):
        settings = {
            "listen_addresses": "127.0.0.1", "unix_socket_directories": "", "fsync": "off",
            "shared_buffers": "16MB", "max_connections": "60",
        }  # fmt: skip
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [find_program("postgres"), "-D", str(folder / "data"), "-p", str(port), *options]


KINDS = {kind.name: kind for kind in (MariaDB(), PostgreSQL())}


@contextmanager
def shared_server(kind, place):
    """Give the port of a server that all processes of the tests share; the first one starts it.

    Parameters
    ----------
    kind : str
        A name of `KINDS`.
    place : Path
        Folder that these processes have in common.
    """
    place.mkdir(parents=True, exist_ok=True)
    with (place / f"{kind}.users").open("a") as users:
        # It waits while a keeper ends its server.
        fcntl.flock(users, fcntl.LOCK_SH)
        yield _find_or_start(kind, place)


def _find_or_start(kind, place):
    address = place / f"{kind}.port"
    with (place / f"{kind}.start").open("a") as start:
        fcntl.flock(start, fcntl.LOCK_EX)
        if not address.exists():
            _start_keeper(kind, place)
    return int(address.read_text())


def _start_keeper(kind, place):
    log = place / f"{kind}.keeper.log"
    command = [sys.executable, __file__, kind, place]
    with log.open("w") as output:
        keeper = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=output, start_new_session=True, text=True)
    with keeper.stdout:
        line = keeper.stdout.readline()
    # It ends after the process that started it.
    keeper.returncode = 0
    if not line:
        raise RuntimeError(f"{kind} did not start: {log.read_text()[-2000:]}")


def keep(kind, place):
    """Start a server, say so, and end it when the last process of the tests has ended."""
    folder = Path(tempfile.mkdtemp(prefix=f"hdr-bench-{kind}-"))
    address = place / f"{kind}.port"
    try:
        with (
            # Who comes now waits until the server has ended, and then starts another one.
            (place / f"{kind}.users").open("a") as users,
            running_server(KINDS[kind], folder, place / f"{kind}.log") as port,
        ):
            address.write_text(str(port))
            print("ready", flush=True)  # noqa: T201
            fcntl.flock(users, fcntl.LOCK_EX)
            address.unlink()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def running_server(kind, folder, log):
    """Run a server in an empty folder, and give its port."""
    give_to_user(folder)
    kind.set_up(folder)
    give_to_user(folder)
    port = free_port()
    with log.open("w") as output:
        server = subprocess.Popen(
            kind.command(folder, port), cwd=folder, stdin=subprocess.DEVNULL, stdout=output, stderr=output, **as_user()
        )
    try:
        wait_until_ready(kind, server, port)
        yield port
    finally:
        server.send_signal(signal.SIGINT if kind.name == "postgresql" else signal.SIGTERM)
        server.wait()


def wait_until_ready(kind, server, port):
    from sqlalchemy import create_engine
    from sqlalchemy.exc import OperationalError

    from hdr_bench.web.database.address import read_address
    from hdr_bench.web.database.failures import describe

    engine = create_engine(read_address(kind.url(port, kind.admin)))
    while server.poll() is None:
        try:
            engine.connect().close()
        except OperationalError as error:
            # A server that is not ready is asked again, one that refuses the user is not.
            assert "does not answer" in describe(error), error
            time.sleep(0.05)
        else:
            engine.dispose()
            return
    raise RuntimeError(f"{kind.name} ended with {server.returncode}")


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def run_as_user(folder, *command):
    """Run a program that sets a server up."""
    subprocess.run(command, cwd=folder, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, **as_user())


def as_user():
    """Return the options of a process that run it as an ordinary user: database servers refuse to run as root."""
    if os.geteuid() != 0:
        return {}
    entry = pwd.getpwnam("nobody")
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def give_to_user(folder):
    """Have a folder, and the files in it, belong to whom the server runs as."""
    options = as_user()
    for path in (folder, *folder.iterdir()) if options else ():
        os.chown(path, options["user"], options["group"])


if __name__ == "__main__":
    keep(sys.argv[1], Path(sys.argv[2]))
