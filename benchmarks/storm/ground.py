"""Where one attack takes place: its folder and environment, the commands that it runs, and what it writes down."""

import os
import shutil
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from benchmarks.storm import oracle
from benchmarks.storm.calling import Call, call_main
from benchmarks.storm.faults import Finding, Outcome
from benchmarks.storm.judging import Said, check_exit, check_words
from benchmarks.storm.patience import longest_stay, patience
from benchmarks.storm.processes import TOKEN, still_alive, with_token

MATERIAL = Path(__file__).parent / "material"
PATIENCE_SECONDS = longest_stay(10.0)
"""How long a process may take to end after what it belongs to has ended."""

LONGEST_SECONDS = patience(240.0)
"""After this a command counts as one that never ends."""

TEMPORARY = "STORM_TEMPORARY"
"""The variable with the folder outside of which a method must delete nothing."""

# -P: what lies in the working folder is not imported in place of the library, as of the installed command.
COMMAND = (sys.executable, "-P", "-m", "hdr_bench")


class Ground:
    """The place of one attack.

    Parameters
    ----------
    outcome : Outcome
        What is injected and found is written into it.
    folder : Path
        Of the attack's own; it is made.
    homes : Path
        Folder with the data home and the cache, which attacks share unless they take their own.
    """

    def __init__(self, outcome: Outcome, folder: Path, homes: Path) -> None:
        self.outcome, self.folder, self.temporary = outcome, folder, folder / "tmp"
        self.temporary.mkdir(parents=True)
        self.token = uuid.uuid4().hex
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "HDR_BENCH"))},
            TOKEN: self.token,
            "HDR_BENCH_DATA": str(homes / "data"),
            "XDG_CACHE_HOME": str(homes / "cache"),
            "TMPDIR": str(self.temporary),
            TEMPORARY: str(self.temporary),
            "MPLBACKEND": "agg",
            "OMP_NUM_THREADS": "1",
        }
        self._fault = ""

    @contextmanager
    def injecting(self, *faults: str) -> Iterator[None]:
        """Write down faults; what is found while the block lasts is theirs."""
        self.outcome.faults += faults
        before, self._fault = self._fault, " + ".join(faults)
        try:
            yield
        finally:
            self._fault = before

    def found(self, findings: Iterable[oracle.Found]) -> None:
        """Write down what the fault of this moment did and must not do."""
        self.outcome.findings += [Finding(kind, self._fault or "all of them", detail) for kind, detail in findings]

    def blame(self, fault: str) -> None:
        """Name the fault that findings belong to from now on, outside of `injecting`."""
        self._fault = fault

    def take(self, *names: str) -> None:
        """Copy files of `material` into the folder."""
        for name in names:
            shutil.copy(MATERIAL / name, self.folder / name)

    def start(self, arguments: Sequence[str], environment: Mapping[str, str] | None = None) -> "Running":
        """Start a command as a process of its own."""
        return Running(self, arguments, {**self.environment, **(environment or {})})

    def call(
        self,
        arguments: Sequence[str | bytes],
        *,
        environment: Mapping[str, str] | None = None,
        before: Callable[[], None] | None = None,
        folder: Path | None = None,
        seconds: float = LONGEST_SECONDS,
    ) -> Said:
        """Run a command in a fork of this process, which has the libraries loaded already; return what it said.

        Parameters
        ----------
        arguments : sequence of str or bytes
            Without the program's name.
        environment : mapping, optional
            Variables beside the ground's own.
        before : callable, optional
            Called in the fork before the command: it may break things there.
        folder : Path, optional
            Working folder; by default the ground's.
        seconds : float
            The fork is ended after that.
        """
        place = Call(folder or self.folder, {**self.environment, **(environment or {})}, before, seconds)
        said = call_main(arguments, place, self.folder / "said.txt")
        if said.is_too_late:
            self.found([("left behind", f"{said.command}: still running after {seconds:g} s")])
        return said

    def expect(self, said: Said, *codes: int, is_signalled: bool = False, is_silent: bool = False) -> None:
        """Judge a command's exit code, and its words.

        Parameters
        ----------
        said : Said
        codes : int
            Exit codes that are right.
        is_signalled : bool
            It was sent a signal: it may end by it, and without a word.
        is_silent : bool
            Its words have nowhere to go.
        """
        if said.is_too_late:
            return
        self.found(check_exit(said, codes))
        self.found(check_words(said, is_signalled=is_signalled, is_silent=is_silent))

    def expect_nothing_left(self) -> None:
        """Judge what still runs, and what is left among the temporary files."""
        alive = still_alive(lambda: with_token(self.token), PATIENCE_SECONDS)
        self.found(("left behind", f"process {line}") for line in alive)
        self.found(oracle.temporary_files(self.temporary))
        for path in self.temporary.iterdir():
            remove(path)


class Running:
    """A command that runs in a process of its own, with its output in a file.

    Parameters
    ----------
    ground : Ground
    arguments : sequence of str
    environment : mapping

    Attributes
    ----------
    process : subprocess.Popen
    began : float
        By the clock that the times of files are by.
    """

    def __init__(self, ground: Ground, arguments: Sequence[str], environment: Mapping[str, str]) -> None:
        self._ground = ground
        self._arguments = arguments
        self._output = ground.folder / f"output-{uuid.uuid4().hex[:8]}.txt"
        self.began, self._began = time.time(), time.monotonic()
        with self._output.open("wb") as output:
            self.process = subprocess.Popen(
                [*COMMAND, *arguments],
                cwd=ground.folder,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def is_over(self) -> bool:
        """It has ended."""
        return self.process.poll() is not None

    @property
    def pid(self) -> int:
        """Its number."""
        return self.process.pid

    def signal(self, number: signal.Signals) -> None:
        """Send a signal as it comes in life: Ctrl-C, and the end of a terminal, reach all processes of the group."""
        with suppress(ProcessLookupError):
            if number in {signal.SIGINT, signal.SIGHUP}:
                os.killpg(self.pid, number)
            else:
                os.kill(self.pid, number)

    def wait(self, seconds: float = LONGEST_SECONDS) -> Said:
        """Wait for its end and return what it said; one that does not end is ended, and written down."""
        is_too_late = False
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            is_too_late = True
            self.process.kill()
            self.process.wait()
        said = Said(
            tuple(self._arguments),
            self.process.returncode,
            self._output.read_bytes(),
            time.monotonic() - self._began,
            is_too_late,
        )
        if is_too_late:
            self._ground.found([("left behind", f"{said.command}: still running after {seconds:g} s")])
        return said


def remove(path: Path) -> None:
    """Remove a file, a link or a folder."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
