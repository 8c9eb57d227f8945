"""What a host does: it runs the trials that come on its standard input, and answers.

It ends, with all that it has started, when its input ends, when its parent has gone, or by SIGTERM, SIGINT or SIGHUP.
"""

import os
import pickle
import queue
import shutil
import signal
import sys
import threading
import time
from typing import IO, Any

from hdr_bench.exceptions import told
from hdr_bench.experiments.leftovers import children, end, is_tracker
from hdr_bench.experiments.work import CAUSE, Done, NotStarted, Stage
from hdr_bench.orphans import adopt_orphans, wake_with_parent

_LOOKS_FOR_ITS_PARENT_EVERY_SECONDS = 1.0
_SIGNALS = ("SIGTERM", "SIGINT", "SIGHUP")
_STANDARD_STREAMS = 2
"""What a line of standard error begins with that says why a host ends."""


def say_why(error: BaseException) -> None:
    """Tell the process that reads standard error why this one ends; its user is shown that line, and no traceback."""
    cause = str(error) if isinstance(error, SystemExit) else told(error)
    sys.stderr.write(f"{CAUSE}{cause}\n")
    sys.stderr.flush()


class _End:
    """The end of this host, of all below it, and of its files; once, in whichever thread it is asked for first."""

    def __init__(self, folders: list[str]) -> None:
        self._folders, self._once = folders, threading.Lock()

    @property
    def has_begun(self) -> bool:
        return self._once.locked()

    def __call__(self, code: int = 0) -> None:
        if not self._once.acquire(blocking=False):
            return
        try:
            # The main thread, and resource trackers, may say what they think of it.
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
            # Trackers end by themselves, when this process does.
            end(lambda: [process for process in children() if not is_tracker(process)])
            for folder in self._folders:
                shutil.rmtree(folder, ignore_errors=True)
        finally:
            os._exit(code)


def serve(parent: int, answers_to: int, folders: list[str]) -> None:
    """Run what comes on standard input, and answer on a file descriptor; does not return.

    Parameters
    ----------
    parent : int
        The process whose end is this one's too.
    answers_to : int
        The file descriptor.
    folders : list of str
        Removed at the end.
    """
    ending = _End(folders)
    try:
        for name in _SIGNALS:
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), lambda *_: ending())
        adopt_orphans()
        # A host that is stopped could not see that its parent has gone.
        wake_with_parent()
        # Whatever prints here must not come between the answers, and no child may hold them, or read the requests.
        answers, requests = os.fdopen(os.dup(answers_to), "wb"), os.fdopen(os.dup(0), "rb")
        if answers_to > _STANDARD_STREAMS:
            os.close(answers_to)
        os.dup2(2, 1)
        with open(os.devnull, "rb") as nothing:  # noqa: PTH123
            os.dup2(nothing.fileno(), 0)
        asked: queue.Queue[Any] = queue.Queue()
        threading.Thread(target=_read, args=(requests, asked, ending), daemon=True).start()
        threading.Thread(target=_look_for, args=(parent, ending), daemon=True).start()
        _run_trials(asked, answers)
    except BaseException as error:  # noqa: BLE001  # whatever it is, nothing may stay
        # A fork server that was killed ends its pipes; the trial runs again in another host, which says the rest.
        if not ending.has_begun and not isinstance(error, ConnectionError | EOFError):
            say_why(error)
        ending(1)
    # Another thread is at it.
    threading.Event().wait()


def _read(requests: IO[bytes], asked: "queue.Queue[Any]", ending: _End) -> None:
    try:
        while True:
            asked.put(pickle.load(requests))  # noqa: S301  # our own user wrote it
    except (EOFError, OSError):
        ending()
    except BaseException as error:  # noqa: BLE001  # who cannot read any more must not stay
        say_why(error)
        ending(1)


def _look_for(parent: int, ending: _End) -> None:
    """End when the parent has gone; the input stays open if another process has inherited the other end."""
    while os.getppid() == parent:
        time.sleep(_LOOKS_FOR_ITS_PARENT_EVERY_SECONDS)
    ending()


def _run_trials(asked: "queue.Queue[Any]", answers: IO[bytes]) -> None:
    from hdr_bench.experiments.hosting import Trials

    def answer(message: Stage | Done | NotStarted) -> None:
        pickle.dump(message, answers)
        answers.flush()

    trials = Trials()
    while True:
        place, work = asked.get()
        answer(trials.run(place, work, answer))
