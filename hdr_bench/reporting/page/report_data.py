"""What the blocks of a report are made of: a run, how its methods compare, its published figures."""

from dataclasses import dataclass, field
from typing import Self

from hdr_bench.reporting.comparisons.other_test_sets import Transfer, compare_on_test_sets
from hdr_bench.reporting.comparisons.pairs import Comparisons, compare_methods
from hdr_bench.reporting.comparisons.reproduction import Reproduction
from hdr_bench.reporting.comparisons.reproductions import reproductions
from hdr_bench.reporting.comparisons.robustness.robustness import Robustness, compare_robustness
from hdr_bench.reporting.comparisons.studies import StudyOutcome, compare_studies
from hdr_bench.reporting.page.methods import Method
from hdr_bench.reporting.page.rows import Row
from hdr_bench.reporting.parts import make_part, note_reason
from hdr_bench.reporting.run import RunContents, RunSource, read_contents


@dataclass(frozen=True, eq=False)
class ReportData:
    """All that a block of a report is a function of.

    Attributes
    ----------
    contents : RunContents
        The run.
    comparisons : Comparisons
        Of its methods, pair by pair.
    reproductions : tuple of Reproduction
        Its published figures against measured ones.
    reasons : tuple of str
        Why comparisons or reproductions are empty, if they could not be made.
    methods : tuple of Method
        What the report shows of each method; empty before its figures are drawn.
    transfer : Transfer
        Its methods on the other test sets of its suite.
    robustness : Robustness
        Its methods on the corrupted and attacked test sets of its suite.
    studies : tuple of StudyOutcome
        The studies of its suite.
    """

    contents: RunContents
    comparisons: Comparisons
    reproductions: tuple[Reproduction, ...] = ()
    reasons: tuple[str, ...] = ()
    methods: tuple[Method, ...] = ()
    transfer: Transfer = field(default_factory=lambda: Transfer({}, (), {}))
    robustness: Robustness = field(default_factory=Robustness)
    studies: tuple[StudyOutcome, ...] = ()

    @property
    def rows(self) -> dict[str, Row]:
        """The rows of the main table by their labels, with their addresses."""
        return {row.label: row for method in self.methods for row in method.rows}

    @classmethod
    def from_run(cls, run: RunSource) -> Self:
        """Compare the methods of a run with each other, with their published figures, and on other test sets.

        Parameters
        ----------
        run : path-like or RunContents
            The run's folder.

        Returns
        -------
        data : ReportData

        Raises
        ------
        StoreError
            If there is no run there.

        Warns
        -----
        ReportWarning
            For each of these that cannot be made.
        """
        contents, reasons = read_contents(run), list[str]()
        compared = make_part(
            "The comparison of the methods",
            lambda: compare_methods(contents),
            note_reason(reasons, Comparisons((), {}, {})),
        )
        found = make_part("The published figures", lambda: reproductions(contents), note_reason(reasons, ()))
        transfer = make_part(
            "The comparison on other test sets",
            lambda: compare_on_test_sets(contents),
            note_reason(reasons, Transfer({}, (), {})),
        )
        robustness = make_part(
            "The comparison on corrupted and attacked test sets",
            lambda: compare_robustness(contents, compared),
            note_reason(reasons, Robustness()),
        )
        studies = make_part("The studies", lambda: compare_studies(contents), note_reason(reasons, ()))
        return cls(contents, compared, found, tuple(reasons), transfer=transfer, robustness=robustness, studies=studies)
