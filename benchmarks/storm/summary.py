"""The storm's figures by class, as Markdown and JSON under ``reports/storm/``."""

import json
import platform
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.storm.faults import KINDS, Outcome

FOLDER = Path(__file__).resolve().parents[2] / "reports" / "storm"


def figures(outcomes: Sequence[Outcome]) -> dict[str, dict[str, int]]:
    """Return for each class how many faults were injected, and how many of them did what they must not."""
    by_class: dict[str, dict[str, int]] = {}
    for outcome in outcomes:
        row = by_class.setdefault(outcome.storm_class, dict.fromkeys(("injected", *KINDS), 0))
        row["injected"] += len(outcome.faults)
        for kind in KINDS:
            row[kind] += outcome.count(kind)
    return by_class


def as_table(by_class: dict[str, dict[str, int]], titles: dict[str, str]) -> str:
    """Return figures as a Markdown table, with a last row of sums."""
    heads = ("Class", "Injected", *(kind.capitalize() for kind in KINDS))
    total = {name: sum(row[name] for row in by_class.values()) for name in ("injected", *KINDS)}
    named = {title: by_class[name] for name, title in titles.items() if name in by_class}
    lines = [f"| {' | '.join(heads)} |", f"|{'---|' + len(heads[1:]) * '---:|'}"]
    for title, row in {**named, "**All**": total}.items():
        lines.append(f"| {title} | {' | '.join(f'{row[name]:,}' for name in ('injected', *KINDS))} |")
    return "\n".join(lines)


def list_findings(outcomes: Sequence[Outcome]) -> list[str]:
    """Return a line for each finding, with the command that repeats it."""
    return [
        f"{finding.kind}: {_without_folders(finding.detail)} [{finding.fault[:100]}] "
        f"python -m benchmarks.storm --seed {outcome.seed} --only {outcome.name}"
        for outcome in outcomes
        for finding in outcome.findings
    ]


def _without_folders(detail: str) -> str:
    """Return a finding without the folders of this machine: only the last part of each path stays."""
    return re.sub(r"(?<!\S)/(?:\S*/)?(\S*)", r"\1", detail)


def write_summary(outcomes: Sequence[Outcome], titles: dict[str, str], folder: Path = FOLDER) -> None:
    """Write ``report.md`` and ``figures.json``."""
    from hdr_bench.files import write_whole

    by_class, environment = figures(outcomes), _environment()
    content = {
        "seed": outcomes[0].seed,
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
        "seconds": round(sum(outcome.seconds for outcome in outcomes)),
        "environment": environment,
        "classes": by_class,
        "findings": list_findings(outcomes),
    }
    write_whole(folder / "figures.json", (json.dumps(content, indent=1) + "\n").encode())
    write_whole(folder / "report.md", _page(content, titles).encode())


def _page(content: dict[str, Any], titles: dict[str, str]) -> str:
    environment = content["environment"]
    libraries = ", ".join(f"{name} {version}" for name, version in environment["libraries"].items())
    meanings = "\n".join(f"- *{kind.capitalize()}*: {meaning}." for kind, meaning in KINDS.items())
    found = "\n".join(f"- {line}" for line in content["findings"])
    return (
        "# A storm of faults\n\n"
        "What injected faults do to runs, their results and their reports; regenerate it with `make storm`. After each "
        "destructive fault the run is started again and compared with an undisturbed one. The oracle reads the files "
        "itself and counts accuracies from the predictions.\n\n"
        f"{as_table(content['classes'], titles)}\n\n{meanings}\n\n"
        f"Seed {content['seed']}, {content['date']}, {content['seconds'] / 60:.0f} minutes of one core's attacks. On "
        f"{environment['cores']} cores of {environment['cpu']}, {environment['system']}, Python "
        f"{environment['python']}; {libraries}. Code: commit {environment['commit'][:8] or 'unknown'}.\n"
        + (f"\n## Findings\n\n{found}\n" if found else "")
    )


def _environment() -> dict[str, Any]:
    from hdr_bench.records.environment import read_environment

    found = read_environment().model_dump(mode="json")
    names = ("cpu", "cores", "system", "libraries", "commit")
    return {**{name: found[name] for name in names}, "python": platform.python_version()}
