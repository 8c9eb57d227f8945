"""The process that trials are started from: its own, so that a trial's process imports nothing of its caller's.

Run as ``python -P -m hdr_bench.experiments.host PID ANSWERS [FOLDER ...]``, by `hdr_bench.experiments.hosts`: the
process that uses it, the file descriptor that answers go to, and folders to remove at the end. It ends, with all that
it has started, when its input ends, when its user has gone, or by SIGTERM, SIGINT or SIGHUP.
"""

import os
import pickle
import queue
import shutil
import signal
import sys
import threading
import time
import traceback
from typing import IO, Any

from hdr_bench.experiments.leftovers import children, end, is_tracker
from hdr_bench.experiments.orphans import adopt_orphans, wake_with_parent
from hdr_bench.experiments.work import Outcome, Stage

_LOOKS_FOR_ITS_USER_EVERY_SECONDS = 1.0
_SIGNALS = ("SIGTERM", "SIGINT", "SIGHUP")
_STANDARD_STREAMS = 2


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


def _serve(user: int, answers_to: int, folders: list[str]) -> None:
    """Run what comes on standard input, and answer on a file descriptor."""
    ending = _End(folders)
    try:
        for name in _SIGNALS:
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), lambda *_: ending())
        adopt_orphans()
        # A host that is stopped could not see that its user has gone.
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
        threading.Thread(target=_look_for, args=(user, ending), daemon=True).start()
        _run_trials(asked, answers)
    except BaseException as error:  # noqa: BLE001  # whatever it is, nothing may stay
        # A fork server that was killed ends its pipes; the trial runs again in another host, and nobody need read this.
        if not ending.has_begun and not isinstance(error, ConnectionError | EOFError | SystemExit):
            traceback.print_exc()
        ending(1)
    # Another thread is at it.
    threading.Event().wait()


def _read(requests: IO[bytes], asked: "queue.Queue[Any]", ending: _End) -> None:
    try:
        while True:
            asked.put(pickle.load(requests))  # noqa: S301  # our own user wrote it
    except (EOFError, OSError):
        ending()
    except BaseException:  # noqa: BLE001  # who cannot read any more must not stay
        traceback.print_exc()
        ending(1)


def _look_for(user: int, ending: _End) -> None:
    """End when the user has gone; its input stays open if another process has inherited the other end."""
    while os.getppid() == user:
        time.sleep(_LOOKS_FOR_ITS_USER_EVERY_SECONDS)
    ending()


def _run_trials(asked: "queue.Queue[Any]", answers: IO[bytes]) -> None:
    from hdr_bench.experiments.hosting import Trials

    def answer(message: Stage | Outcome) -> None:
        pickle.dump(message, answers)
        answers.flush()

    trials = Trials()
    while True:
        place, work = asked.get()
        answer(trials.run(place, work, answer))


if __name__ == "__main__":
    _serve(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
