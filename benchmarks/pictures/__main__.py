"""The report's command line: ``python -m benchmarks.pictures``."""

import argparse
import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks.pictures.config import LEVELS
from benchmarks.pictures.gallery import draw_errors, draw_examples
from benchmarks.pictures.levels import REPORT_SEED, n_pages, read_level
from benchmarks.pictures.pages import DigitImages, load_test_digits, make_page
from benchmarks.pictures.readers import CutOuts, compare_readers, cut_pages, cut_real_pictures
from benchmarks.pictures.reading import Read
from benchmarks.pictures.real_pictures import find_folder, load_pictures, read_pictures
from benchmarks.pictures.report import FOLDER, write_page, write_table
from benchmarks.pictures.sizes import N_PICTURES, N_ROUNDS, PHOTO_SIZE, SIZES, read_sizes, time_photo
from hdr_bench.experiments.measuring.process_state import limit_threads
from hdr_bench.files import write_whole
from hdr_bench.pictures.reader import read_picture
from hdr_bench.pictures.recognize import load_recognizer
from hdr_bench.records.environment import read_environment

_THREADS = 2


@dataclass(frozen=True)
class Work:
    """What a part of the report works with.

    Attributes
    ----------
    digits : DigitImages
        MNIST's test images.
    read : callable
        The reader.
    folder : Path
        Where tables and pictures are written.
    share : float
        Of the pages and pictures; 1 for the report.
    """

    digits: DigitImages
    read: Read
    folder: Path
    share: float

    def number(self, n: int) -> int:
        """Return how many of `n` pages are read: at least one."""
        return max(1, round(self.share * n))


def main() -> int:
    """Read all material, and write the report."""
    options = _parse()
    limit_threads(_THREADS)
    read = partial(read_picture, model=load_recognizer(options.model))
    work = Work(load_test_digits(), read, options.out, options.share)
    options.out.mkdir(parents=True, exist_ok=True)
    for part in options.parts:
        began = time.perf_counter()
        PARTS[part](work)
        print(f"{part}: {time.perf_counter() - began:.0f} s", flush=True)
    write_page(options.out)
    print(options.out / "report.md")
    return 0


def _read_levels(work: Work) -> None:
    results = [
        result
        for level in LEVELS
        for result in read_level(level, work.number(n_pages(level)), work.digits, work.read, REPORT_SEED)
    ]
    write_table(work.folder / "levels.csv", [result.row() for result in results])
    errors = draw_errors([result for result in results if result.level == "moderate"])
    if errors is None:
        (work.folder / "errors.png").unlink(missing_ok=True)
    else:
        write_whole(work.folder / "errors.png", errors)
    examples = {level: make_page(config, 3, work.digits) for level, config in LEVELS.items()}
    write_whole(work.folder / "levels.jpg", draw_examples(examples))


def _read_real(work: Work) -> None:
    folder = find_folder()
    if folder is None:
        print("real: left out, since the data home has no folder 'pictures' with a truth.csv")
        return
    write_table(work.folder / "real.csv", list(read_pictures(load_pictures(folder), work.read)))


def _read_sizes(work: Work) -> None:
    write_table(work.folder / "sizes.csv", list(read_sizes(work.digits, work.read, SIZES, work.number(N_PICTURES))))


def _time_photo(work: Work) -> None:
    rounds = work.number(N_ROUNDS)
    figures = time_photo(work.digits, work.read, PHOTO_SIZE, rounds)
    environment = read_environment().model_dump(mode="json", include={"cpu", "cores", "python", "libraries"})
    content = {**figures, "rounds": rounds, "threads": _THREADS, "environment": environment}
    write_whole(work.folder / "speed.json", (json.dumps(content, indent=1) + "\n").encode())


def _compare_readers(work: Work) -> None:
    cut_outs: dict[str, CutOuts] = {
        "Pages": cut_pages(
            read_level("moderate", work.number(n_pages("moderate")), work.digits, work.read, REPORT_SEED)
        )
    }
    if folder := find_folder():
        cut_outs["Real"] = cut_real_pictures(load_pictures(folder), work.read)
    write_table(work.folder / "readers.csv", list(compare_readers(cut_outs)))


PARTS: dict[str, Callable[[Work], None]] = {
    "levels": _read_levels,
    "real": _read_real,
    "sizes": _read_sizes,
    "speed": _time_photo,
    "readers": _compare_readers,
}
"""The parts of the report by name."""


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pictures", description=__doc__)
    named = f"parts of the report to write again, of {', '.join(PARTS)} (default: all)"
    parser.add_argument("parts", nargs="*", type=_part, help=named)
    parser.add_argument("--model", type=Path, help="model file that reads (default: the embedded model)")
    parser.add_argument("--out", type=Path, default=FOLDER, help="folder to write into (default: reports/pictures)")
    parser.add_argument("--share", type=float, default=1.0, help="share of the pages and pictures to read (default: 1)")
    options = parser.parse_args()
    options.parts = options.parts or list(PARTS)
    return options


def _part(name: str) -> str:
    if name not in PARTS:
        raise argparse.ArgumentTypeError(f"unknown part {name!r}; choose from {', '.join(PARTS)}")
    return name


if __name__ == "__main__":
    sys.exit(main())
