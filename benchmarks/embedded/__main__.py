"""Train the embedded model again, and compare it with the file in the package.

``python -m benchmarks.embedded`` trains and compares, ``... write`` puts the new file into the package, and
``... seeds 0 1 2 3 4`` measures the test error of these seeds, which the card tells of. Each training takes about five
minutes of one core.
"""

import csv
import hashlib
import sys
from io import StringIO
from pathlib import Path

from benchmarks.embedded.measures import SEEDS_FILE, choose_reading, count_errors, held_out, read_seeds
from benchmarks.embedded.model_card import write_card
from benchmarks.embedded.recipe import SEED, Material, Reader, make_material, train
from hdr_bench import load_dataset
from hdr_bench.datasets import Dataset
from hdr_bench.files import write_whole
from hdr_bench.models import load_card, load_model, save_model
from hdr_bench.models.embedded import EMBEDDED_MODEL, HASH_FILE

BUILD = Path("build") / "embedded"
# On another machine, or with other versions, sums are rounded otherwise, and the training goes another way: its model
# is as another seed's. Five seeds differ by less.
MOST_ERRORS_APART, LEAST_AGREEMENT = 20, 0.99


def main() -> int:
    """Do what the command line says.

    Returns
    -------
    code : int
        1 if the new model differs from the one in the package by more than it may.
    """
    command, *numbers = sys.argv[1:] or ["compare"]
    dataset = load_dataset("mnist")
    material = make_material(dataset.train.images, dataset.train.labels)
    if command == "seeds":
        return measure_seeds(material, dataset, [int(number) for number in numbers])
    path = build(material, dataset)
    if command == "write":
        write_whole(EMBEDDED_MODEL, path.read_bytes())
        write_whole(HASH_FILE, f"{sha256(path)}  {EMBEDDED_MODEL.name}\n".encode())
        return 0
    return compare(path, dataset)


def build(material: Material, dataset: Dataset) -> Path:
    """Train the model and its twin, and write the file.

    Parameters
    ----------
    material : Material
    dataset : Dataset

    Returns
    -------
    path : Path
        In ``build/embedded/``.
    """
    learned, held = held_out(len(material.labels))
    reading = choose_reading(train(material.take(learned), SEED), material.take(held))
    reader = train(material, SEED)
    return save(reader, write_card(reader, reading, dataset))


def save(reader: Reader, card: object) -> Path:
    """Write the file: predictions take as many threads as torch has, on a CPU, whatever the training took.

    Parameters
    ----------
    reader : Reader
    card : ModelCard

    Returns
    -------
    path : Path
    """
    BUILD.mkdir(parents=True, exist_ok=True)
    return save_model(reader.model.set_params(n_jobs=None), BUILD / EMBEDDED_MODEL.name, card=card)


def compare(path: Path, dataset: Dataset) -> int:
    """Compare a new file with the one in the package.

    Parameters
    ----------
    path : Path
    dataset : Dataset

    Returns
    -------
    code : int
        0 if they are equal, or, made on another machine or with other versions, near enough.
    """
    if path.read_bytes() == EMBEDDED_MODEL.read_bytes():
        print(f"{EMBEDDED_MODEL.name}: equal, byte by byte ({sha256(path)})")
        return 0
    old, new = load_card(EMBEDDED_MODEL), load_card(path)
    is_same_place = (old.libraries, old.python, old.machine) == (new.libraries, new.python, new.machine)
    answers = [load_model(each).predict(dataset.test.X) for each in (EMBEDDED_MODEL, path)]
    agreement = float((answers[0] == answers[1]).mean())
    apart = abs(old.scores[0].n_errors - new.scores[0].n_errors)
    print(
        f"{path} differs from {EMBEDDED_MODEL.name}: {new.scores[0].n_errors} test errors and {old.scores[0].n_errors},"
    )
    print(f"equal answers on {agreement:.2%} of the test images.")
    if is_same_place:
        print("Machine and versions are those of its card: the files should be equal.")
        return 1
    print(f"Machine or versions are others. Allowed: {MOST_ERRORS_APART} errors apart, {LEAST_AGREEMENT:.0%} equal.")
    return int(apart > MOST_ERRORS_APART or agreement < LEAST_AGREEMENT)


def measure_seeds(material: Material, dataset: Dataset, seeds: list[int]) -> int:
    """Train with each seed that was not measured yet, and write its test errors down.

    Parameters
    ----------
    material : Material
    dataset : Dataset
    seeds : list of int

    Returns
    -------
    code : int
        0.
    """
    for seed in seeds:
        errors = read_seeds()
        if seed not in errors:
            errors[seed] = count_errors(train(material, seed), dataset)
            write_seeds(errors)
            print(f"seed {seed}: {errors[seed]} errors", flush=True)
    return 0


def write_seeds(errors: dict[int, int]) -> None:
    """Write the test errors of seeds.

    Parameters
    ----------
    errors : dict of int to int
    """
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([("seed", "errors"), *sorted(errors.items())])
    write_whole(SEEDS_FILE, text.getvalue().encode())


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file.

    Parameters
    ----------
    path : Path

    Returns
    -------
    digest : str
    """
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
