"""How a report that no suite has was made: the file that its making leaves beside it, for the index."""

from hdr_bench.records.base import Record

MADE = "made.json"


class Making(Record):
    """The making of a report, part by part.

    Attributes
    ----------
    command : str
        What makes it.
    budget : float
        Seconds that it is meant to take on two cores.
    code : str
        Version of the code, as `hdr_bench.records.environment.Environment.code` has it.
    machine : str
        Processor and cores.
    parts : dict of str to float
        Seconds by a clock of each finished part.
    finished : str
        When the last of them ended, in UTC.
    """

    command: str
    budget: float
    code: str
    machine: str
    parts: dict[str, float]
    finished: str
