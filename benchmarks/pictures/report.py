"""The page ``reports/pictures/report.md``, made of the tables beside it."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks.pictures.config import LEVELS, MODERATE
from benchmarks.pictures.intervals import Share, share_of_digits
from benchmarks.pictures.scoring import Fate
from benchmarks.pictures.stages import Loss
from hdr_bench.files import write_whole

FOLDER = Path(__file__).resolve().parents[2] / "reports" / "pictures"
_OF_MODERATE = {"moderate": "the reference", "easy": "easier in most respects"}
_PROPERTIES = {
    "n_lines": "lines",
    "n_per_line": "digits per line",
    "height": "height in pixels",
    "slant": "added slant in degrees",
    "stroke": "edge level of the ink (lower: thicker strokes)",
    "gap": "gap between neighbours, in heights",
    "touching": "share of neighbours that touch",
    "letters": "share of letters and signs",
    "rulings": "ruling",
    "rule_contrast": "contrast of the rules, as a share of the ink's",
    "contrast": "contrast of the ink",
    "light": "light missing where the page is darkest",
    "shadow": "light taken away by a shadow",
    "rotation": "rotation in degrees",
    "perspective": "perspective, as the largest shift of a corner",
    "blur": "blur in pixels",
    "noise": "noise in grey levels",
    "quality": "quality of the JPEG file",
}


def write_table(path: Path, rows: list[dict[str, object]]) -> None:
    """Write a table as CSV.

    Parameters
    ----------
    path : Path
    rows : list of dict
    """
    write_whole(path, pd.DataFrame(rows).to_csv(index=False, lineterminator="\n").encode())


def write_page(folder: Path = FOLDER) -> None:
    """Write the page from the tables in a folder; it names those that are missing.

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
            yield f"Left out: `{file}` is missing. Write it with `python -m benchmarks.pictures`{_NEEDS.get(file, '')}."
            continue
        yield from make(json.loads(path.read_text()) if path.suffix == ".json" else pd.read_csv(path))


def _level_sections(table: pd.DataFrame) -> Iterator[str]:
    moderate = table[table["level"] == "moderate"]
    right = _share(moderate, Fate.RIGHT)
    yield (
        f"Of {moderate['digits'].sum():,} digits on {len(moderate)} pages of moderate difficulty, **{right} %** were "
        "found and read correctly (95 % interval in brackets; target: 98 %). The digits are MNIST's test images, which "
        "no model has learned from; the reader was developed on pages of another seed."
    )
    yield "![A page of each level](levels.jpg)"
    yield _as_markdown([_level_row(level, rows, _describe_level(level)) for level, rows in _groups(table, "level")])
    yield (
        "Shares are percentages of the digits. Misread: found, but read as another digit. Rejected: found, but not "
        "taken for a digit. Merged: in one mark with another digit. Split: in several marks. Missed: in no mark. "
        f"Invented: marks read as digits that are not digits, per 100 digits. {_describe_losses(table)}"
    )
    yield "Moderate pages by their ruling:"
    yield _as_markdown([_level_row(ruling, rows) for ruling, rows in _groups(moderate, "ruling")])
    yield "The properties of moderate pages, whose values are drawn uniformly from each range:"
    yield _as_markdown(
        [{"Property": text, "Range": _in_words(getattr(MODERATE, name))} for name, text in _PROPERTIES.items()]
    )
    if moderate[Fate.RIGHT].sum() < moderate["digits"].sum():
        yield "Digits of moderate pages that were not read correctly, each beside the 28x28 pixels that the model saw:"
        yield "![Errors on moderate pages](errors.png)"


def _describe_losses(table: pd.DataFrame) -> str:
    """Say which stages lost the digits that are in no mark."""
    counts = [f"{table[loss].sum()} were {loss}" for loss in Loss]
    return f"Of the {table[Fate.MISSED].sum()} missed digits of all levels, {', '.join(counts)}."


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
        f"{len(table)} pictures with {table['n_digits'].sum()} digits, from public projects of students. Of the "
        f"digits, **{_share(table, 'right', 'n_digits')} %** were found and read correctly; the mean over pictures "
        f"with digits is {_mean_per_picture(whole, 'right'):.1f} % (target: 90 %). Invented: "
        f"{_share(table, 'invented', 'n_digits')} per 100 digits; {_mean_per_picture(whole, 'invented'):.1f} in the "
        "mean over pictures with digits (target: at most 5). "
        f"Of single digits drawn dark on light, {singles['right'].sum()} of "
        f"{singles['n_digits'].sum()} were read correctly. These pictures were looked at while the reader was "
        "developed: new ones may be read less well."
    )
    yield _as_markdown([_real_row(kind, rows) for kind, rows in [*_groups(table, "kind"), ("all", table)]])
    yield (
        "The digits are compared in reading order, with the fewest edits; in pictures where they are scattered, as a "
        "set. Missed digits include rejected ones. The intervals are bootstrapped over pictures, since three of them "
        f"hold {table['n_digits'].nlargest(3).sum()} of the digits."
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
        "Right, mean per picture (%)": f"{_mean_per_picture(rows, 'right'):.1f}",
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
        "A student report found that its program did not recognize digits in images above 500x500 pixels. Here the "
        f"same digits, three per picture, were read in square pictures of {min(rights):,} to {max(rights):,} pixels: "
        f"{found}, a difference of {highest - lowest:.1f} points (target: at most 1)."
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
        f"A generated photo of 12 megapixels with {figures['digits']:.0f} digits, of which {figures['right']:.0f} were "
        f"read correctly, takes **{figures['median']:.2f} s** from its JPEG file to the digits, with the model loaded: "
        f"median of {figures['rounds']} rounds, {figures['lowest']:.2f} to {figures['highest']:.2f} s, with "
        f"{figures['threads']} threads on {environment['cores']} cores of {environment['cpu']} (target: 1.5 s)."
    )


def _reader_sections(table: pd.DataFrame) -> Iterator[str]:
    yield (
        "Each method of the library, fitted on MNIST with its default parameters, reads the same digits. The embedded "
        "model's reading cut them out; they count whatever it read them as. MNIST: the 10,000 test images as they are. "
        "Pages: digits of moderate pages. Real: digits of the real pictures whose true values are certain."
    )
    shares = table["MNIST (%)"].map("{:.2f}".format)
    yield _as_markdown(table.assign(**{"MNIST (%)": shares}).fillna("–").astype(str).to_dict("records"))


def _groups(table: pd.DataFrame, column: str) -> Iterator[tuple[str, pd.DataFrame]]:
    for name in table[column].drop_duplicates():
        yield str(name), table[table[column] == name]


def _share(rows: pd.DataFrame, column: str, of: str = "digits") -> Share:
    return share_of_digits(rows[column].tolist(), rows[of].tolist())


def _mean_per_picture(rows: pd.DataFrame, column: str) -> float:
    having = rows[rows["n_digits"] > 0]
    return float(100 * (having[column] / having["n_digits"]).mean())


def _describe_level(level: str) -> str:
    config = LEVELS[level]
    changed = [
        f"{text}: {_in_words(getattr(config, name))}"
        for name, text in _PROPERTIES.items()
        if getattr(config, name) != getattr(MODERATE, name)
    ]
    return _OF_MODERATE.get(level) or "; ".join(changed)


def _in_words(value: object) -> str:
    if isinstance(value, tuple) and isinstance(value[0], str):
        return ", ".join(map(str, value)) + " in turn"
    ends = value if isinstance(value, tuple) else (value,)
    return " to ".join(dict.fromkeys(f"{end:g}" for end in ends))


def _as_markdown(rows: list[dict[str, Any]]) -> str:
    return pd.DataFrame(rows).to_markdown(index=False, disable_numparse=True)


_HEAD = (
    "# Reading pictures\n\nHow well `hdr-bench read` finds and reads handwritten digits: on generated pages, whose "
    "digits and their places are known, and on real pictures. Regenerate it with `make pictures-report`; the CSV files "
    "beside this page have the counts per page, picture and size."
)
_SECTIONS: tuple[tuple[str, str, Callable[[Any], Iterator[str]]], ...] = (
    ("Generated pages", "levels.csv", _level_sections),
    ("Real pictures", "real.csv", _real_sections),
    ("Size of the picture", "sizes.csv", _size_sections),
    ("Time", "speed.json", _speed_sections),
    ("Every method as reader", "readers.csv", _reader_sections),
)
_NEEDS = {"real.csv": "; it needs a folder `pictures` with a `truth.csv` in the data home (`HDR_BENCH_DATA`)"}
