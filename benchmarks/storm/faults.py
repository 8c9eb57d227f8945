"""Records of the storm: what was injected, and what was found afterwards."""

import json
import platform
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

KINDS = {
    "lost": "a finished result is gone, runs again without need, or a resumed run lacks trials of the undisturbed one",
    "wrong": "an accuracy, a prediction, a report's number or an exit code is not the right one",
    "left behind": "a process, a temporary file, a lock or a half-written report stays",
    "unclear": "a traceback, a library's own words, an empty message, or a crash is what the user sees",
}
"""What a fault may do that it must not, and what is meant by it."""


@dataclass(frozen=True)
class Finding:
    """Something that a fault did and must not do.

    Attributes
    ----------
    kind : str
        One of `KINDS`.
    fault : str
        What was injected.
    detail : str
        What was found.
    """

    kind: str
    fault: str
    detail: str


@dataclass
class Outcome:
    """What came of one attack, which injects one fault or several.

    Attributes
    ----------
    storm_class : str
        Name of the class of faults.
    number, seed : int
        They decide the attack.
    faults : list of str
        What was injected, in words.
    findings : list of Finding
    seconds : float
        How long it took.
    """

    storm_class: str
    number: int
    seed: int
    faults: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def name(self) -> str:
        """What `--only` calls the attack."""
        return f"{self.storm_class}:{self.number}"

    def count(self, kind: str) -> int:
        """Return the number of faults that did this; a fault counts once per kind."""
        return len({finding.fault for finding in self.findings if finding.kind == kind})

    def as_json(self) -> str:
        """Return the outcome as one line."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, line: str) -> Self:
        """Return the outcome that `as_json` has written."""
        content: dict[str, Any] = json.loads(line)
        return cls(**{**content, "findings": [Finding(**finding) for finding in content["findings"]]})


class Journal:
    """Outcomes on disk, a line each: a storm that is started again goes on after the last one.

    Parameters
    ----------
    path : Path
    seed : int
        Only outcomes of this seed count.
    """

    def __init__(self, path: Path, seed: int) -> None:
        self.path, self._seed = path, seed

    def read(self) -> list[Outcome]:
        """Return the outcomes of the seed, of each attack the last; a line that was cut off does not count."""
        outcomes: dict[str, Outcome] = {}
        for line in self.path.read_text(encoding="utf-8").splitlines() if self.path.exists() else []:
            try:
                outcome = Outcome.from_json(line)
            except (ValueError, TypeError, KeyError):
                continue
            if outcome.seed == self._seed:
                outcomes[outcome.name] = outcome
        return list(outcomes.values())

    def add(self, outcome: Outcome) -> None:
        """Append an outcome; several processes may do so at once."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(outcome.as_json() + "\n")


def machine() -> str:
    """Return what the storm runs on."""
    return f"{platform.system()} {platform.release()}, {platform.machine()}, Python {platform.python_version()}"
