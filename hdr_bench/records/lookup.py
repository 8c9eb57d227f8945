"""What a store has of a planned trial."""

from dataclasses import dataclass

from hdr_bench.records.result import Result


@dataclass(frozen=True)
class Lookup:
    """Result of looking a planned trial up in the store.

    Attributes
    ----------
    key : str
        Of the file: the trial's own, or that of an outcome which its limits decided; empty if there is none.
    result : Result or None
        None unless the file is there and whole.
    problem : str
        Why a file that is there is not believed.
    is_newer : bool
        A newer version of the library wrote it: nothing is written over it.
    """

    key: str = ""
    result: Result | None = None
    problem: str = ""
    is_newer: bool = False
