"""Starting a host: its process, and the pipes by which it is spoken to."""

import os
import subprocess
import sys
from multiprocessing.connection import Pipe
from typing import IO, cast

from hdr_bench.experiments.processes.tail import Tail


def start_host(
    folders: tuple[str, ...], environ: dict[str, str]
) -> "tuple[subprocess.Popen[bytes], IO[bytes], Tail | None]":
    """Start a host, in its own session: the terminal's Ctrl-C goes to the runner alone.

    Parameters
    ----------
    folders : tuple of str
        Removed when it ends.
    environ : dict of str to str
        Its environment.

    Returns
    -------
    process : subprocess.Popen
        Trials go to its standard input.
    answers : file
        To read from.
    printed : Tail or None
        The last of what it prints, for whoever asks why it ended; None if that is dropped.

    Raises
    ------
    OSError
        If the system starts no process.
    """
    # -P: what is in the working folder is imported only where the caller would.
    command = [sys.executable, "-P", "-m", "hdr_bench.experiments.processes.host", str(os.getpid())]
    if sys.platform == "win32":
        # There a process inherits no other streams by their numbers.
        process = subprocess.Popen(
            [*command, "1", *folders],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environ,
        )
        return process, cast("IO[bytes]", process.stdout), None
    # Not standard output, on which whatever the interpreter loads when it starts may print.
    reader, writer = os.pipe()
    printed, output = Pipe(duplex=False)
    try:
        process = subprocess.Popen(
            [*command, str(writer), *folders],
            stdin=subprocess.PIPE,
            stdout=output.fileno(),
            stderr=output.fileno(),
            pass_fds=(writer,),
            start_new_session=True,
            env=environ,
        )
    except BaseException:
        os.close(reader)
        printed.close()
        raise
    finally:
        os.close(writer)
        output.close()
    return process, os.fdopen(reader, "rb"), Tail(printed)
