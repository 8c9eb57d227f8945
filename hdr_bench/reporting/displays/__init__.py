"""Figures as scikit-learn's Display objects: they hold computed data, and `plot` only draws.

Each is made by `from_run`, from the folder of a run; those that are a function of the frame of results alone also by
`from_results`; that of a learning-rate range test by `from_range` instead. `frame()` has its numbers, `plot(ax=None)`
takes matplotlib's style keywords and returns the display.
"""

from hdr_bench.reporting.displays.accuracy import AccuracyDisplay
from hdr_bench.reporting.displays.attacks import AttackDisplay
from hdr_bench.reporting.displays.base import BaseDisplay, Display, ResultsDisplay
from hdr_bench.reporting.displays.calibration import ReliabilityDisplay
from hdr_bench.reporting.displays.candidates import SearchDisplay
from hdr_bench.reporting.displays.classes import PrecisionRecallDisplay, RocDisplay
from hdr_bench.reporting.displays.confusion import ConfusionDisplay
from hdr_bench.reporting.displays.confusion_grid import ConfusionGridDisplay
from hdr_bench.reporting.displays.corruption_map import CorruptionMapDisplay
from hdr_bench.reporting.displays.costs import CostDisplay
from hdr_bench.reporting.displays.disagreement import DisagreementDisplay
from hdr_bench.reporting.displays.distortion_gallery import DistortionGalleryDisplay
from hdr_bench.reporting.displays.gallery import GalleryDisplay
from hdr_bench.reporting.displays.learning import LearningCurveDisplay
from hdr_bench.reporting.displays.learning_rates import LearningRateDisplay
from hdr_bench.reporting.displays.rejection import RejectionDisplay
from hdr_bench.reporting.displays.severity import SeverityDisplay
from hdr_bench.reporting.displays.study import StudyDisplay
from hdr_bench.reporting.displays.timing import TimingDisplay
from hdr_bench.reporting.displays.training import TrainingDisplay
from hdr_bench.reporting.displays.transfer import TransferDisplay

__all__ = [
    "AccuracyDisplay",
    "AttackDisplay",
    "BaseDisplay",
    "ConfusionDisplay",
    "ConfusionGridDisplay",
    "CorruptionMapDisplay",
    "CostDisplay",
    "DisagreementDisplay",
    "Display",
    "DistortionGalleryDisplay",
    "GalleryDisplay",
    "LearningCurveDisplay",
    "LearningRateDisplay",
    "PrecisionRecallDisplay",
    "RejectionDisplay",
    "ReliabilityDisplay",
    "ResultsDisplay",
    "RocDisplay",
    "SearchDisplay",
    "SeverityDisplay",
    "StudyDisplay",
    "TimingDisplay",
    "TrainingDisplay",
    "TransferDisplay",
]
