"""Result of looking up a planned trial in a store."""

from dataclasses import dataclass

from hdr_bench.records.result import Result


@dataclass(frozen=True)
class Lookup:
    """Result of looking up a planned trial in a store.

    Attributes
    ----------
    key : str
        Key of the file: the trial's own, or that of an outcome determined by its limits; empty if there is no file.
    result : Result or None
        None unless the file exists and is complete.
    problem : str
        Reason why an existing file is not used.
    is_newer : bool
        Whether a newer version of the library wrote it, in which case it is not overwritten.
    """

    key: str = ""
    result: Result | None = None
    problem: str = ""
    is_newer: bool = False
