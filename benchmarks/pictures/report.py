"""The page ``reports/pictures/report.md``, made of the tables beside it."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks.pictures.config import LEVELS, MODERATE, PageConfig
from benchmarks.pictures.intervals import Share, share_of_digits
from benchmarks.pictures.scoring import Fate
from benchmarks.pictures.stages import Loss
from hdr_bench.files import write_whole

FOLDER = Path(__file__).resolve().parents[2] / "reports" / "pictures"
_OF_MODERATE = {"moderate": "the measure", "easy": "easier in all respects"}


def write_table(path: Path, rows: list[dict[str, object]]) -> None:
    """Write a table as CSV.

    Parameters
    ----------
    path : Path
    rows : list of dict
    """
    write_whole(path, pd.DataFrame(rows).to_csv(index=False, lineterminator="\n").encode())


def write_page(folder: Path = FOLDER) -> None:
    """Write the page from the tables that are there; what is not there is named.

    Parameters
    ----------
    folder : Path
        Of the tables and of the page.
    """
    parts = [_HEAD, *_sections(folder)]
    write_whole(folder / "report.md", ("\n\n".join(parts) + "\n").encode())


def _sections(folder: Path) -> Iterator[str]:
    for title, file, make in _SECTIONS:
        yield f"## {title}"
        path = folder / file
        if not path.exists():
            yield f"Left out: there is no `{file}`. `python -m benchmarks.pictures` writes it{_WHY_NOT.get(file, '')}."
            continue
        yield from make(json.loads(path.read_text()) if path.suffix == ".json" else pd.read_csv(path))


def _level_sections(table: pd.DataFrame) -> Iterator[str]:
    moderate = table[table["level"] == "moderate"]
    right = _share(moderate, Fate.RIGHT)
    yield (
        f"Of {moderate['digits'].sum():,} digits on {len(moderate)} pages of moderate difficulty, **{right} %** were "
        f"found and are right (95 % interval in brackets); asked for are 98 %. The digits are of MNIST's test images, "
        "which no model has learned from; the stages were developed on pages of another seed."
    )
    yield "![A page of each level](levels.jpg)"
    yield _as_markdown([_level_row(level, rows, _describe_level(level)) for level, rows in _groups(table, "level")])
    yield (
        "Shares of the digits in percent. Misread: found, and read as another digit. Rejected: found, and taken for no "
        "digit. Merged: in one mark with another digit. Split: in several marks. Missed: in no mark. Invented: marks "
        f"that were read as digits and are none, per 100 digits. {_describe_losses(table)}"
    )
    yield "Moderate pages by what they are ruled with:"
    yield _as_markdown([_level_row(ruling, rows) for ruling, rows in _groups(moderate, "ruling")])
    yield f"Moderate is: {_describe_moderate()}."
    if moderate[Fate.RIGHT].sum() < moderate["digits"].sum():
        yield "Digits of moderate pages that were not read right, each beside the 28x28 pixels that the model saw:"
        yield "![Errors on moderate pages](errors.png)"


def _describe_losses(table: pd.DataFrame) -> str:
    """Say which stages lost the digits that are in no mark."""
    counts = [f"{table[loss].sum()} were {loss}" for loss in Loss]
    return f"Of the {table[Fate.MISSED].sum()} missed digits of all levels {', '.join(counts)}."


def _level_row(name: str, rows: pd.DataFrame, differs: str | None = None) -> dict[str, str]:
    row = {"Pages": name} | ({"Differs from moderate": differs} if differs is not None else {})
    shares = {fate.capitalize(): f"{100 * rows[fate].sum() / rows['digits'].sum():.1f}" for fate in list(Fate)[1:]}
    return {
        **row,
        "Number": f"{len(rows)}",
        "Digits": f"{rows['digits'].sum():,}",
        "Right (%)": str(_share(rows, Fate.RIGHT)),
        **shares,
        "Invented": str(_share(rows, "invented")),
    }


def _real_sections(table: pd.DataFrame) -> Iterator[str]:
    whole, singles = table[table["n_digits"] > 0], table[table["single"]]
    yield (
        f"{len(table)} pictures with {table['n_digits'].sum()} digits, from public projects of students. Found and "
        f"right: **{_share(table, 'right', 'n_digits')} %** of the digits, {_mean_per_picture(whole):.1f} % on average "
        f"per picture (asked for: 90); invented: {_share(table, 'invented', 'n_digits')} per 100 digits (asked for: at "
        f"most 5); single drawings, dark on light: {singles['right'].sum()} of {singles['n_digits'].sum()} right."
    )
    yield _as_markdown([_real_row(kind, rows) for kind, rows in [*_groups(table, "kind"), ("all", table)]])
    yield (
        "Compared in reading order, by the fewest edits; in pictures whose digits lie about, as a set. The intervals "
        "are the bootstrap's over pictures: three of them hold half of the digits."
    )
    heads = {"file": "File", "kind": "Kind", "ruled": "Ruled", "n_digits": "Digits", "right": "Right"}
    heads |= {"misread": "Misread", "missed": "Missed", "invented": "Invented"}
    yield _as_markdown(table[list(heads)].rename(columns=heads).astype(str).to_dict("records"))


def _real_row(kind: str, rows: pd.DataFrame) -> dict[str, str]:
    return {
        "Kind": kind,
        "Pictures": f"{len(rows)}",
        "Digits": f"{rows['n_digits'].sum()}",
        "Right (%)": str(_share(rows, "right", "n_digits")),
        "Right, mean per picture (%)": f"{_mean_per_picture(rows):.1f}",
        "Misread": f"{rows['misread'].sum()}",
        "Missed": f"{rows['missed'].sum()}",
        "Invented": f"{rows['invented'].sum()}",
        "Invented (per 100 digits)": str(_share(rows, "invented", "n_digits")),
    }


def _size_sections(table: pd.DataFrame) -> Iterator[str]:
    rights = {int(size): 100 * rows["right"].sum() / rows["n_digits"].sum() for size, rows in table.groupby("size")}
    lowest, highest = min(rights.values()), max(rights.values())
    found = (
        f"{lowest:.1f} to {highest:.1f} % are right" if highest > lowest else f"{lowest:.1f} % are right at each size"
    )
    yield (
        "A student report found that digits in images above 500x500 pixels are not recognized. The same digits, three "
        f"per picture, in squares of {min(rights):,} to {max(rights):,} pixels: {found}, a difference of "
        f"{highest - lowest:.1f} points (asked for: at most 1)."
    )
    yield _as_markdown(
        [
            {
                "Side (pixels)": f"{int(size):,}",
                "Digits": f"{rows['n_digits'].sum()}",
                "Right (%)": str(_share(rows, "right", "n_digits")),
                "Invented (per 100 digits)": str(_share(rows, "invented", "n_digits")),
            }
            for size, rows in table.groupby("size")
        ]
    )


def _speed_sections(figures: dict[str, Any]) -> Iterator[str]:
    environment = figures["environment"]
    yield (
        f"A photo of 12 megapixels with {figures['digits']:.0f} digits, of which {figures['right']:.0f} were read "
        f"right, takes **{figures['median']:.2f} s** from its JPEG file to the digits, with the model loaded: median "
        f"of {figures['rounds']} rounds, {figures['lowest']:.2f} to {figures['highest']:.2f} s, {figures['threads']} "
        f"threads on {environment['cores']} cores of {environment['cpu']} (asked for: 1.5 s)."
    )


def _reader_sections(table: pd.DataFrame) -> Iterator[str]:
    yield (
        "Each method of the library, fitted on MNIST with its default parameters, on the same digits, cut out by the "
        "embedded model's reading, whatever that made of them. MNIST: the 10,000 test images as they are. Pages: "
        "digits of moderate pages. Real: digits of the real pictures of which it is certain what they are."
    )
    yield _as_markdown(table.fillna("–").astype(str).to_dict("records"))


def _groups(table: pd.DataFrame, column: str) -> Iterator[tuple[str, pd.DataFrame]]:
    for name in table[column].drop_duplicates():
        yield str(name), table[table[column] == name]


def _share(rows: pd.DataFrame, column: str, of: str = "digits") -> Share:
    return share_of_digits(rows[column].tolist(), rows[of].tolist())


def _mean_per_picture(rows: pd.DataFrame) -> float:
    having = rows[rows["n_digits"] > 0]
    return float(100 * (having["right"] / having["n_digits"]).mean())


def _describe_level(level: str) -> str:
    config = LEVELS[level]
    changed = [
        f"{name.replace('_', ' ')} {_in_words(getattr(config, name))}"
        for name in PageConfig.__dataclass_fields__
        if getattr(config, name) != getattr(MODERATE, name)
    ]
    return _OF_MODERATE.get(level) or ", ".join(changed)


def _describe_moderate() -> str:
    fields = PageConfig.__dataclass_fields__
    return "; ".join(f"{name.replace('_', ' ')} {_in_words(getattr(MODERATE, name))}" for name in fields)


def _in_words(value: object) -> str:
    if isinstance(value, tuple) and isinstance(value[0], str):
        return ", ".join(map(str, value)) + " in turn"
    return " to ".join(f"{end:g}" for end in value) if isinstance(value, tuple) else f"{value:g}"


def _as_markdown(rows: list[dict[str, Any]]) -> str:
    return pd.DataFrame(rows).to_markdown(index=False, disable_numparse=True)


_HEAD = (
    "# Reading pictures\n\nHow well `hdr-bench read` finds and reads handwritten digits: on generated pages, whose "
    "truth is known to the pixel, and on real pictures. Regenerate it with `make pictures-report`; the CSV files "
    "beside this page have the counts per page, picture and size."
)
_SECTIONS: tuple[tuple[str, str, Callable[[Any], Iterator[str]]], ...] = (
    ("Generated pages", "levels.csv", _level_sections),
    ("Real pictures", "real.csv", _real_sections),
    ("Size of the picture", "sizes.csv", _size_sections),
    ("Time", "speed.json", _speed_sections),
    ("Every method as the reader", "readers.csv", _reader_sections),
)
_WHY_NOT = {"real.csv": ", where the data home (`HDR_BENCH_DATA`) has a folder `pictures` with its `truth.csv`"}
