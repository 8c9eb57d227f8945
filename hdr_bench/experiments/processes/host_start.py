"""Start of a host: its process, and the pipes to communicate with it."""

import os
import subprocess
import sys
from multiprocessing.connection import Pipe
from typing import IO, cast

from hdr_bench.experiments.processes.tail import Tail


def start_host(
    folders: tuple[str, ...], environ: dict[str, str]
) -> "tuple[subprocess.Popen[bytes], IO[bytes], Tail | None]":
    """Start a host in its own session, so that Ctrl-C in the terminal goes only to the runner.

    Parameters
    ----------
    folders : tuple of str
        Removed when the host ends.
    environ : dict of str to str
        Environment of the host.

    Returns
    -------
    process : subprocess.Popen
        Takes trials on its standard input.
    answers : file
        To read replies from.
    printed : Tail or None
        The end of its output, to explain why it ended; None if the output is discarded.

    Raises
    ------
    OSError
        If the system cannot start the process.
    """
    # -P, so that modules in the working folder are imported only where the caller would import them.
    command = [sys.executable, "-P", "-m", "hdr_bench.experiments.processes.host", str(os.getpid())]
    if sys.platform == "win32":
        # On this system, a process inherits no other streams by their numbers.
        process = subprocess.Popen(
            [*command, "1", *folders],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environ,
        )
        return process, cast("IO[bytes]", process.stdout), None
    # Not standard output, on which anything loaded at interpreter start may print.
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
