"""
A report from Python
====================

Run a suite, read its results as a table, draw the figures that you need, and write the report: as an HTML page and, if
you like, as Markdown with tables for LaTeX and spreadsheets.
"""

import tempfile
from pathlib import Path

import matplotlib.pyplot as plt

from hdr_bench import (
    AccuracyDisplay,
    ConfusionDisplay,
    CostDisplay,
    GalleryDisplay,
    load_predictions,
    load_results,
    run_suite,
    write_report,
)

# %%
# The suite ``quick`` has nine methods; a pattern selects three of them by the first letter of their names, and they
# learn from 1,000 images. If you run it again with the same ``out``, stored trials are not fitted again.

scratch = tempfile.TemporaryDirectory()
folder = run_suite("quick", only="[KS]*", samples=1000, threads=1, out=Path(scratch.name) / "quick")
results = load_results(folder)
print(results[["case", "accuracy", "log_loss", "fit_seconds", "predict_seconds"]].to_string(index=False))

# %%
# Every figure of a report is a Display object, as in scikit-learn. ``from_results`` takes the table of results, or some
# of its rows; ``from_run`` takes the run's folder. ``plot`` can draw into your own axes, and passes style keywords on
# to matplotlib.

AccuracyDisplay.from_results(results).plot(errorbar_kw={"capsize": 3})

# %%
CostDisplay.from_results(results, cost="size_bytes").plot()

# %%
# Figures that need more than the table, such as predictions or test images, are made from the folder.

ConfusionDisplay.from_run(folder, "SVM, RBF").plot()

# %%
GalleryDisplay.from_run(folder, "SVM, RBF", kind="wrong").plot()

# %%
# The numbers behind a figure are available as a DataFrame, and the predictions of a trial can be loaded.

print(AccuracyDisplay.from_results(results).frame().round(3).to_string(index=False))
predictions = load_predictions(folder, results.loc[results["case"] == "SVM, RBF", "key"].item())
print("predictions of every 50th test image:", predictions.y_pred[::50])

# %%
# Finally, the report: ``report.html`` is a single file that needs no network. Without ``formats``, the report is also
# written as Markdown, and each table as LaTeX and CSV.

report = write_report(folder, formats=["html"])
print(report.name, f"{report.stat().st_size / 1e6:.1f} MB")
print(sorted(path.name for path in folder.iterdir() if not path.name.startswith(".")))
assert report.name == "report.html"
scratch.cleanup()
plt.show()
