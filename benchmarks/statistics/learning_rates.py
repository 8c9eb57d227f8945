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

LOW, HIGH, BATCH_SIZE, N_STEPS, N_SEEDS = 1e-6, 100.0, 512, 200, 5
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
part, from {low:g} to {high:g} in {steps} batches of {batch}, {seeds} seeds. "Range": where the median loss falls from a
tenth to nine tenths of its whole fall. "The source": the rate that Aboueloula, Benserhier and Zrira (2020, section
3.2.2) chose by eye from one sweep with 50 epochs; Keras's optimizers, whose own parameters are used here.

{table}

![Training loss by learning rate](learning-rates.png)
"""


def sweep(name: str, n_steps: int) -> LearningRateRange:
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
        network, images.X, images.y, LOW, HIGH, n_steps=n_steps, batch_size=BATCH_SIZE, seeds=N_SEEDS
    )


def row_of(name: str, found: LearningRateRange) -> dict[str, str]:
    """Return the row of an optimizer."""
    source = OPTIMIZERS[name][0]
    if found.suggested is None:
        return {"Optimizer": name, "Range": "none", "The source": f"{source:g}", "It is": "–"}
    low, high = found.suggested
    within = "within" if low <= source <= high else "above" if source > high else "below"
    return {"Optimizer": name, "Range": f"{low:.2g} to {high:.2g}", "The source": f"{source:g}", "It is": within}


def main() -> None:
    """Test every optimizer, and write the table and the figure."""
    n_steps = int(sys.argv[1]) if len(sys.argv) > 1 else N_STEPS
    found = {name: sweep(name, n_steps) for name in OPTIMIZERS}
    rows = [row_of(name, each) for name, each in found.items()]
    table = tabulate(rows, "keys", "pipe", disable_numparse=True)
    text = _TEXT.format(low=LOW, high=HIGH, steps=n_steps, batch=BATCH_SIZE, seeds=N_SEEDS, table=table)
    figure, axes = plt.subplots(2, 3, figsize=(12, 7), layout="constrained")
    for ax, (name, each) in zip(axes.flat, found.items(), strict=True):
        LearningRateDisplay.from_range(each).plot(ax=ax)
        ax.set_title(name)
    figure.savefig(FOLDER / "learning-rates.png", dpi=80)
    write_whole(FOLDER / "learning-rates.md", text.encode())
    print(text)


if __name__ == "__main__":
    main()
