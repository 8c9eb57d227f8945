"""Estimators that do what a benchmark's methods should not, for the processes of trials to import."""

import ctypes
import fcntl
import hashlib
import multiprocessing
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
import warnings
from multiprocessing import forkserver, resource_tracker
from pathlib import Path

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin

_REHEARSAL_IMAGES = 200


class Behaves(ClassifierMixin, BaseEstimator):
    """A classifier whose fit does what `how` says; not in the warm-up, which has few images.

    What begins something that a test waits for writes the numbers of its processes to the file `path` before.
    """

    def __init__(self, how="well", seconds=30.0, megabytes=3000, path=""):
        self.how = how
        self.seconds = seconds
        self.megabytes = megabytes
        self.path = path

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        if len(X) > _REHEARSAL_IMAGES:
            getattr(self, f"_{self.how}")()
        return self

    def predict(self, X):
        return np.zeros(len(X), np.int64)

    def _announce(self, *pids):
        if self.path:
            Path(self.path).write_text("\n".join(map(str, (os.getpid(), *pids, "end\n"))))

    def _well(self):
        pass

    def _sleeps(self):
        self._announce()
        time.sleep(self.seconds)

    def _is_held(self):
        """Wait as long as there is a file beside the one that it announces itself in."""
        self._announce()
        while Path(self.path).with_suffix(".held").exists():
            time.sleep(0.05)

    def _leaves_others(self):
        # One in its own session, and one whose parent has ended.
        session = subprocess.Popen(["sleep", "1234"], start_new_session=True)
        # Nobody waits for it.
        session.returncode = 0
        script = "sleep 1234 >&- 2>&- & echo $!"
        daemon = subprocess.run(["setsid", "sh", "-c", script], stdout=subprocess.PIPE, text=True, check=True).stdout
        self._announce(session.pid, daemon.strip())

    def _leaves_others_and_waits(self):
        self._leaves_others()
        time.sleep(self.seconds)

    def _leaves_others_and_holds_the_lock(self):
        self._leaves_others()
        re.match(r"(a+)+$", "a" * 60 + "b")

    def _leaves_one_without_environment(self):
        session = subprocess.Popen(["sleep", "1234"], start_new_session=True, env={})
        self._announce(session.pid)
        time.sleep(self.seconds)

    def _forks_again_and_again(self):
        if os.fork():
            while not Path(self.path).exists():
                time.sleep(0.01)
            return
        os.setsid()
        for _ in range(1_000_000):
            if os.fork():
                os._exit(0)
            Path(self.path).touch()
            time.sleep(0.002)

    def _manages(self):
        # A manager's process is spoken to by a socket in the folder of temporary files.
        with multiprocessing.Manager() as manager:
            assert list(manager.list([1])) == [1]

    def _prints_much(self):
        line = b"y" * 99 + b"\n"
        for _ in range(self.megabytes):
            os.write(1, line * 10_000)
        os.write(2, b"the last words\n")
        os._exit(7)

    def _prints(self):
        print("a word from the method")
        os.write(1, b"and one past Python\n")

    def _shows_how_threads_wait(self):
        script = "import os; print([os.environ.get(name) for name in ('GOMP_SPINCOUNT', 'OPENBLAS_THREAD_TIMEOUT')])"
        told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
        own = [os.environ.get(name) for name in ("GOMP_SPINCOUNT", "OPENBLAS_THREAD_TIMEOUT")]
        warnings.warn(f"{own}, and a child's {told.stdout.strip()}", stacklevel=2)

    def _computes_on_one_processor(self):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
        block = bytes(10**6)
        end = time.thread_time() + self.seconds
        while time.thread_time() < end:
            hashlib.sha256(block).digest()

    def _computes_in_a_child(self):
        affinity = f"import os, time; os.sched_setaffinity(0, {{{max(os.sched_getaffinity(0))}}})"
        script = f"{affinity}\nwhile time.process_time() < {self.seconds}: pass"
        subprocess.run([sys.executable, "-c", script], check=True)

    def _computes(self):
        # Native code, which gives no signal handler of Python's a turn.
        matrix = np.random.default_rng(0).normal(size=(3000, 3000))
        self._announce()
        for _ in range(50):
            np.linalg.svd(matrix)

    def _starts_children(self):
        for _ in range(2):
            subprocess.Popen([sys.executable, "-c", "import time; time.sleep(1234)"])
        subprocess.Popen(["sleep", "1234"], start_new_session=True)
        self._announce()
        time.sleep(self.seconds)

    def _searches(self):
        from joblib import Parallel, delayed

        self._announce()
        Parallel(n_jobs=2)(delayed(time.sleep)(self.seconds) for _ in range(2))

    def _takes_numpy(self):
        self.kept_ = np.ones(self.megabytes * 10**6, np.uint8)

    def _takes_torch(self):
        import torch

        self.kept_ = torch.ones(self.megabytes * 10**6, dtype=torch.uint8)

    def _takes_slowly(self):
        self.kept_ = []
        for _ in range(self.megabytes):
            self.kept_.append(np.ones(10**6, np.uint8))
            time.sleep(0.002)
        # It is ended from outside, however late.
        time.sleep(1234)

    def _takes_in_a_child(self):
        script = f"import numpy, time; kept = numpy.ones({self.megabytes} * 10**6, numpy.uint8); time.sleep(1234)"
        subprocess.run([sys.executable, "-c", script], check=False)

    def _takes_in_an_orphan(self):
        script = f"import numpy, time; kept = numpy.ones({self.megabytes} * 10**6, numpy.uint8); time.sleep(1234)"
        subprocess.run(["setsid", "sh", "-c", f'{sys.executable} -c "{script}" &'], check=True)
        time.sleep(1234)

    def _exits(self):
        os._exit(3)

    def _quits(self):
        sys.exit("enough")

    def _segfaults(self):
        print("last words")
        ctypes.string_at(0)

    def _removes_the_hosts_folder(self):
        shutil.rmtree(Path(tempfile.gettempdir()).parent)

    def _removes_a_folder(self):
        shutil.rmtree(self.path)

    def _removes_sockets(self):
        for folder in Path(tempfile.gettempdir()).parent.glob("pymp-*"):
            shutil.rmtree(folder)

    def _stops_its_parent(self):
        os.kill(os.getppid(), signal.SIGSTOP)

    def _stops_its_host(self):
        # It leads the session of the process that this one was forked from.
        os.kill(os.getsid(os.getppid()), signal.SIGSTOP)

    def _writes_to_its_connection(self):
        # Of pipes that it may write to: not what it prints to, nor what others of its host listen to.
        others = {forkserver._forkserver._forkserver_alive_fd, resource_tracker._resource_tracker._fd}
        (own,) = (number for number in range(3, 100) if number not in others and _is_written_to(number))
        os.write(own, self.path.encode("latin-1"))
        time.sleep(self.seconds)

    def _closes_its_connections(self):
        os.closerange(3, 400)
        time.sleep(self.seconds)

    def _is_killed(self):
        os.kill(os.getpid(), signal.SIGKILL)

    def _raises(self):
        raise ValueError("not today")


def _is_written_to(number):
    try:
        is_pipe = stat.S_ISFIFO(os.fstat(number).st_mode)
        return is_pipe and fcntl.fcntl(number, fcntl.F_GETFL) & os.O_ACCMODE == os.O_WRONLY
    except OSError:
        return False


class EndsItsHost(Behaves):
    """A classifier whose fit ends the process that its trial was started from, or one above it."""

    def __init__(self, above=0):
        self.above = above

    def fit(self, X, y):
        import psutil

        self.classes_ = np.unique(y)
        # This trial's fork server, their host, and what is above it.
        parents = psutil.Process().parents()
        hosts = [
            place for place, each in enumerate(parents) if "hdr_bench.experiments.processes.host" in each.cmdline()
        ]
        # A host is below its guard.
        parents[hosts[-1] + self.above if self.above else hosts[0]].kill()
        time.sleep(1234)
        return self


class FailsOnAll(Behaves):
    """A classifier that is fitted on folds, and on all images only once the file `path` exists."""

    def __init__(self, label=0, path=""):
        self.label = label
        self.path = path

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        if len(X) == 500 and not Path(self.path).exists():
            raise ValueError("not on all")
        return self

    def predict(self, X):
        return np.full(len(X), self.label, np.int64)


class FailsForOddSeeds(Behaves):
    """A classifier whose fit fails if its seed is odd."""

    def __init__(self, random_state=None):
        self.random_state = random_state

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        if self.random_state % 2:
            raise ValueError("an odd seed")
        return self
