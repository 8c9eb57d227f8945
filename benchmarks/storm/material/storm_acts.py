"""What the storm's methods do when they are fitted: each function takes the method, and misbehaves."""

import ctypes
import os
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from multiprocessing import get_context
from pathlib import Path

import numpy as np

SLEEPS = ["sleep", "907"]


class _SpeechlessError(Exception):
    def __str__(self):
        raise RuntimeError("no words")

    __repr__ = __str__


class _UntrueError(Exception):
    def __bool__(self):
        raise RuntimeError("neither")


def raises_surrogate(_):
    raise ValueError("cannot read \udcff\udc80.png")


def raises_controls(_):
    raise ValueError(
        "\x00\x1b[2J\x1b]0;title\x07\x08 red\u202e\u2028\ufffe</script><b>& | ` $x$ \\end{document}\r\n" * 3
    )


def raises_much(_):
    raise ValueError("x" * 20_000_000)


def raises_lines(_):
    raise ValueError("line\n" * 200_000)


def raises_circular(_):
    one, other = ValueError("one"), ValueError("other")
    one.__context__, other.__context__ = other, one
    raise one


def raises_untrue(_):
    raise ValueError("from one that is neither true nor false") from _UntrueError()


def raises_deep(_):
    def dig(depth):
        return dig(depth + 1)

    dig(0)


def raises_group(_):
    raise ExceptionGroup("many", [ValueError("a"), TypeError("b")])


def raises_speechless(_):
    raise _SpeechlessError


def raises_base(_):
    raise BaseException("not even an exception")


def raises_interrupt(_):
    raise KeyboardInterrupt


def raises_memory(_):
    raise MemoryError


def exits(_):
    os._exit(3)


def exits_well(_):
    os._exit(0)


def quits(_):
    sys.exit("enough \udcff")


def segfaults(_):
    ctypes.string_at(0)


def aborts(_):
    os.abort()


def is_killed(_):
    os.kill(os.getpid(), signal.SIGKILL)


def stops_itself(_):
    os.kill(os.getpid(), signal.SIGSTOP)


def stops_itself_by_terminal(_):
    os.kill(os.getpid(), signal.SIGTSTP)


def kills_parent(_):
    os.kill(os.getppid(), signal.SIGKILL)


def holds_lock(_):
    re.match(r"(a+)+$", "a" * 60 + "b")


def ignores_signals(_):
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    time.sleep(600)


def alarms(_):
    signal.setitimer(signal.ITIMER_REAL, 0.01)
    time.sleep(5)


def prints(_):
    for _number in range(100):
        os.write(1, b"y" * 99 + b"\n" + b"z" * 999_900)


def prints_and_crashes(_):
    prints(_)
    os._exit(7)


def prints_bytes(_):
    os.write(1, bytes(range(256)) * 40)
    os.write(2, b"\xff\xfe\x1b[31m" * 100)
    os.abort()


def starts_daemon(_):
    subprocess.Popen(SLEEPS, start_new_session=True)


def starts_child(_):
    subprocess.Popen(SLEEPS)


def starts_family(_):
    subprocess.Popen(["sh", "-c", "sleep 907 & sleep 907 & wait"], start_new_session=True)


def forks_twice(_):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            for number in range(3, 200):
                with suppress(OSError):
                    os.close(number)
            os.execvp(SLEEPS[0], SLEEPS)
        os._exit(0)


def forks_twice_and_crashes(_):
    forks_twice(_)
    os._exit(9)


def forks(_):
    if os.fork() == 0:
        time.sleep(907)
        os._exit(0)


def starts_deaf_daemon(_):
    script = "trap '' TERM HUP INT; while true; do sleep 1; done"
    subprocess.Popen(["sh", "-c", script], start_new_session=True)


def leaves_thread(_):
    threading.Thread(target=time.sleep, args=(907,)).start()


def leaves_pool(_):
    ThreadPoolExecutor(4).submit(time.sleep, 907)


def leaves_processes(_):
    get_context("spawn").Process(target=time.sleep, args=(907,)).start()


def allocates(method):
    method.kept_ = np.ones(1_000_000_000, np.uint8)


def closes_files(_):
    os.closerange(3, 4000)


def closes_streams(_):
    os.closerange(0, 3)


def changes_folder(_):
    os.chdir("/")


def loses_folder(_):
    folder = tempfile.mkdtemp()
    os.chdir(folder)
    Path(folder).rmdir()


def deletes_temporary_folder(_):
    shutil.rmtree(tempfile.gettempdir(), ignore_errors=True)


def deletes_parent_of_temporary_folder(_):
    parent = Path(tempfile.gettempdir()).resolve().parent
    # Never the folder of the attack, nor anything outside of the storm.
    if parent.is_relative_to(Path(os.environ["STORM_TEMPORARY"]).resolve()):
        shutil.rmtree(parent, ignore_errors=True)


def writes_to_all_descriptors(_):
    for number in range(3, 200):
        with suppress(OSError):
            os.set_blocking(number, False)
            os.write(number, b"not for you\n" * 20)


def writes_into_temporary_folder(_):
    folder = Path(tempfile.gettempdir())
    (folder / "left-by-a-method").write_bytes(b"x" * 1000)
    Path(tempfile.mkdtemp(), "locked").mkdir(mode=0)


def changes_random_state(_):
    random.seed(0)
    np.random.seed(0)  # noqa: NPY002


def clears_environment(_):
    os.environ.clear()


def replaces_streams(_):
    sys.stdout = sys.stderr = None


def warns(_):
    for number in range(2000):
        warnings.warn(f"warning {number} \udcff \x1b[31m", UserWarning, stacklevel=1)


def limits_itself(_):
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def uses_up_files(_):
    held = []
    with suppress(OSError):
        while True:
            held.append(os.open(os.devnull, os.O_RDONLY))
