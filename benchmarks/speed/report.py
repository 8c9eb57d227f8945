"""The table and the figure of all comparisons in ``reports/speed/results/``: run it after them."""

import json
import statistics
from typing import Any

import matplotlib as mpl
import pandas as pd
from busy import table as busy_table
from matplotlib import pyplot as plt
from rounds import FEWEST, RESULTS, Bar, median_ratio, undisturbed

from hdr_bench.files import write_whole
from hdr_bench.reporting.style import STYLE, color_of

FOLDER = RESULTS.parent
# As long as a person reads it from top to bottom: fits, networks, predictions, what stands alone.
ORDER = ("svm", "knn", "logistic", "epoch", "predict", "deskew", "quadratic")
UNITS = {"fit": "s", "predict": "s", "transform": "s", "gigabytes": "GB"}


def main() -> None:
    """Write ``report.md``, ``table.csv`` and the figure."""
    results = sorted((json.loads(path.read_text()) for path in RESULTS.glob("*.json")), key=_place)
    table = pd.DataFrame([row for result in results for row in _rows(result)])
    shown = table.drop(columns="_values")
    # Results of several machines are refused, before anything is written.
    page = _page(results, shown)
    write_whole(FOLDER / "table.csv", shown.to_csv(index=False).encode())
    (FOLDER / "figures").mkdir(exist_ok=True)
    _draw(table[(table["Against"] != "–") & table["_values"].notna()])
    write_whole(FOLDER / "report.md", page.encode())
    print(shown.to_markdown(index=False))


def _place(result: dict[str, Any]) -> tuple[int, str]:
    return ORDER.index(result["name"].partition("-")[0]), result["name"]


def _rows(result: dict[str, Any]) -> list[dict[str, Any]]:
    rows = []
    for given in result["bars"]:
        bar = Bar(**given)
        if {bar.ours, bar.theirs} & set(result["not_installed"]):
            continue
        rows.append(_row(result, bar))
    return rows


def _row(result: dict[str, Any], bar: Bar) -> dict[str, Any]:
    threads, rounds = result["threads"], undisturbed(result["rounds"], bar)
    if len(rounds) < FEWEST:
        return _disturbed_row(result, bar)
    median, lowest, highest = median_ratio(rounds, bar)
    ours, theirs = _median(rounds, bar.ours, bar.part), _median(rounds, bar.theirs, bar.part) if bar.theirs else None
    sign = "×" if bar.theirs else f" {UNITS[bar.part]}"
    asked = f"≥ {bar.at_least:g}{sign}" if bar.at_least is not None else f"≤ {bar.at_most:g}{sign}"
    met = median >= bar.at_least if bar.at_least is not None else median <= (bar.at_most or 0)
    if bar.slack and theirs is not None and theirs < 0.1:
        asked += f", or +{1000 * bar.slack:g} ms"
        met = met or ours - theirs <= bar.slack
    if bar.error_gap is not None:
        asked += f", errors within {100 * bar.error_gap:g} points"
        gap = _median(rounds, bar.ours, "error") - _median(rounds, bar.theirs, "error")
        met = met and abs(gap) <= bar.error_gap
    return {
        "Work": result["work"],
        "Part": bar.part,
        "Threads": f"{threads[bar.ours]}" if not bar.theirs else f"{threads[bar.ours]} : {threads[bar.theirs]}",
        "Ours": f"{ours:.3g} {UNITS[bar.part]}",
        "Against": bar.theirs or "–",
        "Theirs": "–" if theirs is None else f"{theirs:.3g} {UNITS[bar.part]}",
        "Ratio": "–" if theirs is None else f"{median:.2f}×",
        "Range": f"{lowest:.2f}–{highest:.2f}",
        "Asked": asked,
        "Met": "yes" if met else "no",
        "Rounds": len(rounds),
        "_values": (median, lowest, highest, bar.at_least is not None),
    }


def _disturbed_row(result: dict[str, Any], bar: Bar) -> dict[str, Any]:
    """Return the row of a comparison in whose rounds something else had the processors: no ratio is made of it."""
    heads = ("Threads", "Ours", "Theirs", "Ratio", "Range", "Asked")
    row = {"Work": result["work"], "Part": bar.part, **dict.fromkeys(heads, "–"), "Against": bar.theirs or "–"}
    return {**row, "Ratio": "disturbed", "Met": "–", "Rounds": 0, "_values": None}


def _median(rounds: list[dict[str, dict[str, float]]], side: str, part: str) -> float:
    return statistics.median(took[side][part] for took in rounds)


def _page(results: list[dict[str, Any]], table: pd.DataFrame) -> str:
    environment = results[0]["environment"]
    rates = [result["gflops"] for result in results]
    commits = sorted({result["environment"]["commit"][:8] for result in results})
    machines = {(result["environment"]["cpu"], result["environment"]["cores"]) for result in results}
    if len(machines) > 1:
        raise SystemExit(f"the results come from {len(machines)} machines; run make speed again on one")
    missing = sorted({label for result in results for label in result["not_installed"]})
    libraries = ", ".join(f"{name} {version}" for name, version in environment["libraries"].items())
    errors = [_errors(result) for result in results if "error" in next(iter(result["rounds"][0].values()))]
    lines = [
        "# hdr-bench against its peers",
        "",
        "Each side runs in a process of its own, prepares there, and works when it is its turn; the sides alternate,",
        "and the order is turned round every other time. A ratio is of one round, and the table gives the median with",
        "the smallest and the largest. `≥` asks for theirs divided by ours (how many times as fast); `≤` for ours",
        "divided by theirs, or for ours alone. Threads are ours : theirs.",
        "",
        f"On {environment['cores']} cores of {environment['cpu']}, {environment['system']}, Python"
        f" {environment['python']}; {libraries}. A float32 matrix product ran at {min(rates):.0f} to {max(rates):.0f}"
        f" GFLOP/s, measured before each comparison. Code: commit {', '.join(commits)}.",
        "",
        table.to_markdown(index=False, disable_numparse=True),
        "",
        "![Ratios of the comparisons, with their ranges](figures/ratios.svg)",
        "",
        "Errors on MNIST's 10,000 test images, so that nobody is fast by being wrong:",
        "",
        *errors,
        "",
        *_beside_neighbours(),
        *([f"Not installed, and left out: {', '.join(missing)}.", ""] if missing else []),
        "Regenerate it with `make speed`; the rounds themselves are in `results/`.",
        "",
    ]
    return "\n".join(lines)


def _beside_neighbours() -> list[str]:
    """Return the section on busy neighbours, if ``busy.py`` has run."""
    path = FOLDER / "busy.json"
    if not path.exists():
        return []
    return [
        "## Beside a busy neighbour",
        "",
        "Two threads on two processors, alone and beside two busy processes: as the libraries' threads wait for each",
        "other, and as those of trials do. The fair share is twice the time alone. Medians of undisturbed rounds, with",
        "their range.",
        "",
        busy_table(json.loads(path.read_text())),
        "",
    ]


def _errors(result: dict[str, Any]) -> str:
    took = result["rounds"][0]
    told = ", ".join(f"{side} {100 * figures['error']:.2f} %" for side, figures in took.items() if "error" in figures)
    return f"- {result['work']}: {told}"


def _draw(table: pd.DataFrame) -> None:
    """Draw how many times as fast ours is, with its range; what is asked is a tick."""
    with mpl.rc_context(STYLE):
        figure, axes = plt.subplots(figsize=(8, 0.36 * len(table) + 1.2), layout="constrained")
        for place, (_, row) in enumerate(table.iterrows()):
            median, lowest, highest, is_theirs_by_ours = row["_values"]
            if not is_theirs_by_ours:
                median, lowest, highest = 1 / median, 1 / highest, 1 / lowest
            colour = color_of(0 if row["Met"] == "yes" else 1)
            axes.plot([lowest, highest], [place, place], color=colour, linewidth=2)
            axes.plot(median, place, "o" if row["Met"] == "yes" else "X", color=colour)
            asked = float(row["Asked"].split("×")[0].lstrip("≥≤ "))
            axes.plot(asked if is_theirs_by_ours else 1 / asked, place, "|", color="black", markersize=12)
        axes.axvline(1, color="black", linewidth=0.8)
        axes.set_xscale("log")
        axes.xaxis.set_major_formatter(mpl.ticker.FormatStrFormatter("%g"))
        axes.set_xticks([0.5, 1, 2, 5, 10, 20])
        axes.xaxis.set_minor_locator(mpl.ticker.NullLocator())
        names = [
            f"{row['Work']}\n{row['Part']}, {row['Against']}, threads {row['Threads']}" for _, row in table.iterrows()
        ]
        axes.set_yticks(range(len(table)), names)
        axes.tick_params(axis="y", labelsize=7)
        axes.invert_yaxis()
        axes.set_xlabel("How many times as fast\n(dot: median; line: range; tick: asked)")
        axes.set_title("hdr-bench against its peers")
        figure.savefig(FOLDER / "figures" / "ratios.svg", metadata={"Date": None})
        figure.savefig(FOLDER / "figures" / "ratios.png")
        plt.close(figure)


if __name__ == "__main__":
    main()
