"""Range tests of the learning rate for six optimizers; writes ``reports/statistics/learning-rates.md`` and a figure.

The network, the batches, the rates and the optimizers are those of Aboueloula, Benserhier and Zrira (2020), section
3.2.2; the source read one sweep of each by eye, and these are several, with the rule of `learning_rate_range`.
"""

import sys
from pathlib import Path

import matplotlib.pyplot as plt
from tabulate import tabulate

from hdr_bench import LearningRateDisplay, learning_rate_range, load_dataset
from hdr_bench.estimators import CNNClassifier
from hdr_bench.files import write_whole
from hdr_bench.records.learning_rates import LearningRateRange

LOW, HIGH, BATCH_SIZE = 1e-6, 100.0, 512
SHORT, LONG = (200, 5), (1000, 3)
"""Steps and seeds. The source swept 50 epochs of 118 batches, which is about 5,900 steps."""
# Keras's defaults where torch has others.
OPTIMIZERS: dict[str, tuple[float, dict[str, float]]] = {
    "RMSprop": (0.01, {"alpha": 0.9, "eps": 1e-7}),
    "NAdam": (0.01, {"eps": 1e-7}),
    "SGD": (0.1, {}),
    "Adadelta": (1.0, {"rho": 0.95, "eps": 1e-7}),
    "Adagrad": (0.1, {"initial_accumulator_value": 0.1, "eps": 1e-7}),
    "Adam": (0.01, {"eps": 1e-7}),
}
FOLDER = Path(__file__).parents[2] / "reports" / "statistics"
_TEXT = """# Learning rates of six optimizers

Written by `benchmarks/statistics/learning_rates.py`: range tests of the network `32C3-AP2-20N` on MNIST's training
part, from 0.000001 to {high:g} in batches of {batch}: {short[0]} of them with {short[1]} seeds, and {long[0]:,} with
{long[1]} seeds. A range is where the median loss falls from a tenth to nine tenths of its whole fall. "The source": the
rate that Aboueloula, Benserhier and Zrira (2020, section 3.2.2) chose by eye from one sweep of 50 epochs, about 5,900
batches, with Keras's optimizers, whose own parameters are used here.

{table}

![Training loss by learning rate, in {short[0]} batches](learning-rates.png)
"""


def sweep(name: str, n_steps: int, n_seeds: int) -> LearningRateRange:
    """Return the range test of an optimizer."""
    images = load_dataset("mnist").train
    network = CNNClassifier(
        "32C3-AP2-20N",
        optimizer=name,
        optimizer_params=OPTIMIZERS[name][1] or None,
        label_smoothing=0.0,
        weight_init="xavier_uniform",
    )
    return learning_rate_range(
        network, images.X, images.y, LOW, HIGH, n_steps=n_steps, batch_size=BATCH_SIZE, seeds=n_seeds
    )


def row_of(name: str, *sweeps: LearningRateRange) -> dict[str, str]:
    """Return the row of an optimizer: the source's rate, and of each sweep its range and where that rate is."""
    source = OPTIMIZERS[name][0]
    row = {"Optimizer": name, "The source": f"{source:g}"}
    for found in sweeps:
        steps = f"{len(found.rates):,} batches"
        row |= {f"Range in {steps}": _range(found), f"The source's rate is, in {steps}": _place(source, found)}
    return row


def _range(found: LearningRateRange) -> str:
    return "none" if found.suggested is None else "{:.2g} to {:.2g}".format(*found.suggested)


def _place(rate: float, found: LearningRateRange) -> str:
    if found.suggested is None:
        return "–"
    low, high = found.suggested
    return "within" if low <= rate <= high else "above" if rate > high else "below"


def main() -> None:
    """Test every optimizer, and write the table and the figure."""
    share = float(sys.argv[1]) if len(sys.argv) > 1 else 1.0
    (short, n_short), (long, n_long) = ((round(share * n_steps), n_seeds) for n_steps, n_seeds in (SHORT, LONG))
    found = {name: sweep(name, short, n_short) for name in OPTIMIZERS}
    rows = [row_of(name, each, sweep(name, long, n_long)) for name, each in found.items()]
    table = tabulate(rows, "keys", "pipe", disable_numparse=True)
    text = _TEXT.format(high=HIGH, batch=BATCH_SIZE, short=(short, n_short), long=(long, n_long), table=table)
    figure, axes = plt.subplots(2, 3, figsize=(12, 7), layout="constrained")
    for ax, (name, each) in zip(axes.flat, found.items(), strict=True):
        LearningRateDisplay.from_range(each).plot(ax=ax)
        ax.set_title(name)
    figure.savefig(FOLDER / "learning-rates.png", dpi=80)
    write_whole(FOLDER / "learning-rates.md", text.encode())
    print(text)


if __name__ == "__main__":
    main()
