"""The check of where a report goes, before the trials run that it is of."""

from pathlib import Path

from hdr_bench.reporting.files.report_folder import check_place, settle_report


def check_report_place(folder: Path) -> None:
    """Check that a report would replace nothing but reports.

    Figures about single methods are checked when they are written, since only the results say which there are.

    Parameters
    ----------
    folder : Path
        The run's.

    Raises
    ------
    StoreError
        Naming the file that no report has written.
    OSError
        If a folder is where a file belongs, or a file or a link where a folder does.
    """
    settle_report(folder)
    check_place(folder, _names_in_use(folder))


def _names_in_use(folder: Path) -> list[str]:
    """Return a report's files in folders; if neither of these is there, one of each shows that it can be."""
    if not any((folder / name).exists() for name in ("figures", "tables")):
        return ["figures/accuracy.png", "tables/accuracy.csv"]
    # It loads what draws them.
    from hdr_bench.reporting.page.sections import file_names

    return file_names()
