"""The storm's command line: ``python -m benchmarks.storm``."""

import argparse
import os
import sys
import tempfile
from pathlib import Path

from benchmarks.storm.faults import Outcome
from benchmarks.storm.storm import CLASSES, Storm
from benchmarks.storm.summary import as_table, figures, list_findings, write_summary

SEED = 14
N_FAULTS = 1200
TITLES = {name: one.title for name, one in CLASSES.items()}


def main() -> int:
    """Run, or go on with, a storm; print its figures by class and write its report. Return 1 if it found anything."""
    options = _parse()
    storm = Storm(options.seed, options.work / f"storm-{options.seed}")
    if options.only:
        storm.carry_out_all(options.only, options.jobs)
    else:
        storm.run(options.classes, options.faults, options.jobs)
    chosen = [outcome for outcome in storm.journal.read() if _is_chosen(outcome, options)]
    print("\n".join([*list_findings(chosen), "", as_table(figures(chosen), TITLES)]))
    # A part of the storm is no report of it.
    if not options.only and set(options.classes) == set(CLASSES) and options.faults >= N_FAULTS:
        write_summary(chosen, TITLES)
    return int(any(outcome.findings for outcome in chosen))


def _is_chosen(outcome: Outcome, options: argparse.Namespace) -> bool:
    return outcome.name in options.only if options.only else outcome.storm_class in options.classes


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.storm", description=__doc__)
    parser.add_argument("--seed", type=int, default=SEED, help="decides every attack (default: %(default)s)")
    parser.add_argument("--faults", type=int, default=N_FAULTS, help="faults to inject (default: %(default)s)")
    names = f"some of these, with commas between: {', '.join(CLASSES)}"
    parser.add_argument("--classes", type=_names, default=tuple(CLASSES), help=names)
    parser.add_argument("--jobs", type=int, default=min(os.cpu_count() or 1, 2), help="attacks at a time")
    parser.add_argument("--only", type=_attacks, default=(), help="repeat attacks, e.g. kills:17 or kills:17,disk:3")
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()), help="where the storm is kept")
    return parser.parse_args()


def _names(text: str) -> tuple[str, ...]:
    names = tuple(text.split(","))
    if unknown := [name for name in names if name not in CLASSES]:
        raise argparse.ArgumentTypeError(f"{', '.join(unknown)}: choose from {', '.join(CLASSES)}")
    return names


def _attacks(text: str) -> tuple[str, ...]:
    attacks = tuple(text.split(","))
    for attack in attacks:
        name, _, number = attack.partition(":")
        if name not in CLASSES or not number.isdecimal():
            raise argparse.ArgumentTypeError(f"{attack!r} is no attack; write CLASS:NUMBER, e.g. kills:17")
    return attacks


if __name__ == "__main__":
    sys.exit(main())
