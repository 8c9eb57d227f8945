"""Displays that keep a process from drawing, for the processes that draw to import."""

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Plain:
    """A line."""

    def plot(self, ax):
        ax.plot([1, 2])


@dataclass
class Waits:
    """Never ends; says in which process it is."""

    folder: Path

    def plot(self, ax):
        del ax
        (self.folder / str(os.getpid())).touch()
        while True:
            time.sleep(1)


@dataclass
class Kills:
    """Ends the process that draws it, each time or only the first time."""

    once: Path | None = None

    def plot(self, ax):
        if self.once is None or not self.once.exists():
            if self.once is not None:
                self.once.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        ax.plot([1, 2])


@dataclass
class Titled:
    """It has a title."""

    title: str

    def plot(self, ax):
        ax.set_title(self.title)
