"""What runs below a process."""

from contextlib import suppress

import psutil


def command_lines(process: psutil.Process) -> list[str]:
    """Return the command lines of all that a process has started, as far as they still run."""
    lines = []
    for child in process.children(recursive=True):
        with suppress(psutil.Error):
            lines.append(" ".join(child.cmdline()))
    return lines
