"""Figures as scikit-learn's Display objects: they hold computed data, and `plot` only draws.

Each has `from_results`, `frame()` for its numbers, and `plot(ax=)`, which returns the display.
"""

from hdr_bench.reporting.displays.accuracy import AccuracyDisplay
from hdr_bench.reporting.displays.calibration import ReliabilityDisplay
from hdr_bench.reporting.displays.candidates import SearchDisplay
from hdr_bench.reporting.displays.classes import PrecisionRecallDisplay, RocDisplay
from hdr_bench.reporting.displays.confusion import ConfusionDisplay, ConfusionGridDisplay
from hdr_bench.reporting.displays.costs import CostDisplay
from hdr_bench.reporting.displays.disagreement import DisagreementDisplay
from hdr_bench.reporting.displays.gallery import GalleryDisplay
from hdr_bench.reporting.displays.learning import LearningCurveDisplay, TrainingDisplay
from hdr_bench.reporting.displays.rejection import RejectionDisplay
from hdr_bench.reporting.displays.timing import TimingDisplay

__all__ = ["AccuracyDisplay", "ConfusionDisplay", "ConfusionGridDisplay", "CostDisplay", "DisagreementDisplay",
           "GalleryDisplay", "LearningCurveDisplay", "PrecisionRecallDisplay", "RejectionDisplay",
           "ReliabilityDisplay", "RocDisplay", "SearchDisplay", "TimingDisplay", "TrainingDisplay"]  # fmt: skip
