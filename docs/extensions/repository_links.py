"""Links between pages and the files of the repository, so that one text works on the site and beside the code.

A page links to a file by its path, as any Markdown does. On the site such a link leads to the page that shows the file;
to a run's ``report.html``, which is part of the site; or to the file itself, to download.
"""

import html
import os
import re
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parents[2]

SHOWN_FILES: Mapping[str, str] = {
    "CHANGELOG.md": "generated/changelog",
    "CONTRIBUTING.md": "generated/contributing",
    "README.md": "index",
    "SECURITY.md": "generated/security",
    "reports/README.md": "generated/reports",
    "reports/label-audit/report.md": "generated/label-audits",
    "reports/pictures/rejection.md": "generated/rejection",
    "reports/pictures/report.md": "generated/pictures",
    "reports/speed/estimates/README.md": "generated/estimates",
    "reports/speed/report.md": "generated/speed",
    "reports/speed/web/README.md": "generated/speed-of-the-web-application",
    "reports/statistics/drops.md": "generated/drops",
    "reports/statistics/error-rates.md": "generated/error-rates",
    "reports/statistics/label-audit.md": "generated/label-audit-recall",
    "reports/statistics/retraining-rates.md": "generated/retraining-rates",
    "reports/statistics/studies.md": "generated/study-error-rates",
    "reports/statistics/verdicts.md": "generated/verdicts",
    "reports/storm/report.md": "generated/storm",
}
"""Files of the repository that are pages of the site, and the names of these."""

_LINK = re.compile(r"(?P<image>!?)\[(?P<text>[^\]\n]*(?:\n[^\]\n]+)?)\]\((?P<path>[^)\s#:]+)(?P<anchor>#[^)\s]*)?\)")


def rewrite_links(text: str, *, origin: str, page: str) -> str:
    """Return Markdown whose links to files of the repository work on a page of the site.

    Parameters
    ----------
    text : str
        Markdown.
    origin : str
        Path of the file that it is from, from the root of the repository.
    page : str
        Name of the page that shows it, from ``docs/``, without a suffix.

    Returns
    -------
    text : str
    """

    def rewrite(link: re.Match[str]) -> str:
        target = os.path.normpath(PurePosixPath(origin).parent / link["path"])
        return _written(link, target, PurePosixPath(page).parent)

    return _LINK.sub(rewrite, text)


def published_page(path: str) -> str | None:
    """Return the address of the page of a run's report on the site; None if a file is no such report.

    Parameters
    ----------
    path : str
        Path of a file, from the root of the repository.

    Returns
    -------
    address : str or None
        From the root of the site.
    """
    file = PurePosixPath(path)
    beside = file.with_name("report.html")
    is_report = file.parts[0] == "reports" and file.name in {"report.md", "report.html"} and path not in SHOWN_FILES
    return str(beside) if is_report and (ROOT / beside).is_file() else None


def _written(link: re.Match[str], target: str, folder: PurePosixPath) -> str:
    anchor = link["anchor"] or ""
    if shown := SHOWN_FILES.get(target):
        return f"[{link['text']}]({_relative(f'docs/{shown}.md', folder)}{anchor})"
    if address := published_page(target):
        words = re.sub(r"\\(.)", r"\1", link["text"])
        return f'<a href="{os.path.relpath(address, folder)}{anchor}">{html.escape(words)}</a>'
    return f"{link['image']}[{link['text']}]({_relative(target, folder)}{anchor})"


def _relative(target: str, folder: PurePosixPath) -> str:
    return os.path.relpath(target, PurePosixPath("docs") / folder)
