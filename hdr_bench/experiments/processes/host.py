"""The host process, from which trials are started so that they import nothing from the calling process.

Run by `host_handle` as ``python -P -m hdr_bench.experiments.processes.host PID ANSWERS [FOLDER ...]``, with the process
that uses it, the file descriptor for replies, and folders to remove at the end.

On systems with fork, the started process becomes a guard, and the host is its child. Neither a killed host nor a killed
user can clean up; the guard then kills everything that the host has started, by descent, whatever environment and
session it has moved to. The guard imports nothing that is not needed before that.
"""

import os
import shutil
import signal
import sys
import time
from contextlib import suppress

_LOOKS_FOR_ITS_USER_EVERY_SECONDS = 1.0
# What a host needs to end everything that it has started.
_HOST_ENDS_WITHIN_SECONDS = 1.2
_TRACKERS_END_WITHIN_SECONDS = 0.1
_LOOK_EVERY_SECONDS = 0.01


class _Guard:
    """Parent of a host, which ends after the host, and ends the host if its user has gone.

    Parameters
    ----------
    host, user : int
        Process IDs.
    """

    def __init__(self, host: int, user: int) -> None:
        self._host, self._user, self._asked = host, user, 0.0

    def wait(self) -> int:
        """Return the exit status of the host."""
        signal.signal(signal.SIGALRM, self._look)
        # The kernel signals that the user has gone, even to a guard that is stopped.
        signal.signal(signal.SIGCONT, self._look)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._end_host)
        every = _LOOKS_FOR_ITS_USER_EVERY_SECONDS
        signal.setitimer(signal.ITIMER_REAL, every, every)
        self._look()
        # Available on macOS since Python 3.13.
        if not hasattr(os, "waitid"):
            _, status = os.waitpid(self._host, 0)
            _ignore_signals()
            return status
        # The ID must not be reused by another process until no handler can signal it any more.
        os.waitid(os.P_PID, self._host, os.WEXITED | os.WNOWAIT)
        _ignore_signals()
        return os.waitpid(self._host, 0)[1]

    def _look(self, *_: object) -> None:
        if self._asked or os.getppid() != self._user:
            self._end_host()
            return
        # A method may have stopped the host, which nothing else would notice.
        with suppress(ProcessLookupError):
            os.kill(self._host, signal.SIGCONT)

    def _end_host(self, *_: object) -> None:
        if not self._asked:
            self._asked = time.monotonic()
            signal.setitimer(signal.ITIMER_REAL, _HOST_ENDS_WITHIN_SECONDS, _HOST_ENDS_WITHIN_SECONDS)
        is_late = time.monotonic() - self._asked >= _HOST_ENDS_WITHIN_SECONDS
        with suppress(ProcessLookupError):
            os.kill(self._host, signal.SIGKILL if is_late else signal.SIGTERM)
            # It may have been stopped.
            os.kill(self._host, signal.SIGCONT)


def _ignore_signals() -> None:
    for number in (signal.SIGALRM, signal.SIGCONT, signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


def _serve_guarded(user: int, answers_to: int, folders: list[str]) -> None:
    from hdr_bench.process_tree import adopt_orphans, wake_with_parent

    # The guard removes what the host leaves behind; the host itself removes what it uses.
    adopt_orphans()
    guard, host = os.getpid(), os.fork()
    if not host:
        # Before the imports, as a host that is stopped in between would not notice that its guard has gone.
        wake_with_parent()
        # A method may kill the process group that it was forked into.
        os.setsid()
        _serve(guard, answers_to, folders)
    # These belong to the host alone, and close with it.
    os.close(answers_to)
    with open(os.devnull, "rb") as nothing:  # noqa: PTH123
        os.dup2(nothing.fileno(), 0)
    wake_with_parent()
    status = _Guard(host, user).wait()
    if not _has_no_children():
        from hdr_bench.experiments.processes.leftovers import children, end

        end(children)
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
    code = os.waitstatus_to_exitcode(status)
    if code < 0:
        _end_by(-code)
    os._exit(code)


def _end_by(number: int) -> None:
    """End by the same signal as the host, so that its user sees that signal."""
    import resource

    # The host may have dumped core; a second dump, of its guard, would be misleading. On Linux a limit of 1, unlike 0,
    # also prevents dumps that are piped to a program.
    _, most = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (min(1, most) if most >= 0 else 1, most))
    with suppress(OSError):
        signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)


def _has_no_children() -> bool:
    """Wait a little for trackers, which end after the host by themselves; return whether nothing is left."""
    until = time.monotonic() + _TRACKERS_END_WITHIN_SECONDS
    while time.monotonic() < until:
        try:
            if not os.waitpid(-1, os.WNOHANG)[0]:
                time.sleep(_LOOK_EVERY_SECONDS)
        except ChildProcessError:
            return True
    return False


def _serve(parent: int, answers_to: int, folders: list[str]) -> None:
    from hdr_bench.experiments.processes.host_server import serve

    serve(parent, answers_to, folders)


if __name__ == "__main__":
    (_serve_guarded if hasattr(os, "fork") else _serve)(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
