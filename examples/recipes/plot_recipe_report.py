"""
A report from Python
====================

Run a suite, read its results as a table, draw the figures that you need, and write the whole report: as a page, and if
you like as Markdown and tables for LaTeX and spreadsheets.
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
# The suite ``quick`` has nine methods; a pattern picks three of them, by the first letter of their names, and they
# learn from 1,000 images. Run it again with the same ``out``, and what is stored there is not fitted again.

scratch = tempfile.TemporaryDirectory()
folder = run_suite("quick", only="[KS]*", samples=1000, threads=1, out=Path(scratch.name) / "quick")
results = load_results(folder)
print(results[["case", "accuracy", "log_loss", "fit_seconds", "predict_seconds"]].to_string(index=False))

# %%
# Every figure of a report is a Display object, as in scikit-learn. ``from_results`` takes the table, from which you can
# leave rows out; ``from_run`` takes the folder. ``plot`` draws into your axes, and passes on matplotlib's own style
# keywords.

AccuracyDisplay.from_results(results).plot(errorbar_kw={"capsize": 3})

# %%
CostDisplay.from_results(results, cost="size_bytes").plot()

# %%
# A figure that shows single images needs the folder, where the test images are.

ConfusionDisplay.from_run(folder, "SVM, RBF").plot()

# %%
GalleryDisplay.from_run(folder, "SVM, RBF", kind="wrong").plot()

# %%
# The numbers behind a figure are a frame, and the predictions can be read one by one.

print(AccuracyDisplay.from_results(results).frame().round(3).to_string(index=False))
predictions = load_predictions(folder, results.loc[results["case"] == "SVM, RBF", "key"].item())
print("predictions of every 50th test image:", predictions.y_pred[::50])

# %%
# The report itself. ``report.html`` is one file that needs no network. Without ``formats`` there are also Markdown, and
# each table for LaTeX and as CSV.

report = write_report(folder, formats=["html"])
print(report.name, f"{report.stat().st_size / 1e6:.1f} MB")
print(sorted(path.name for path in folder.iterdir() if not path.name.startswith(".")))
assert report.name == "report.html"
scratch.cleanup()
plt.show()
