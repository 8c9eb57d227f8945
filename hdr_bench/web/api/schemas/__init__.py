"""Requests and replies of the API, from which its OpenAPI description is built."""

from hdr_bench.web.api.schemas.answers import Choice, DrawingReply, ImageReply, ImagesReply, MarkReply, ModelReply
from hdr_bench.web.api.schemas.bodies import Body, CorrectionBody, ImagesBody, RetrainingBody, VersionBody
from hdr_bench.web.api.schemas.corrections import CorrectionList, CorrectionReply
from hdr_bench.web.api.schemas.learning import LearningReply, RetrainingList, RetrainingReply
from hdr_bench.web.api.schemas.models import (
    ComparedPair,
    ComparisonReply,
    ComparisonRow,
    MnistScore,
    ModelList,
    ModelVersions,
    VersionReply,
)
from hdr_bench.web.api.schemas.readings import (
    Deleted,
    ListedReading,
    ReadingList,
    ReadingReply,
    ShortCorrection,
    Step,
    StepList,
    StoredMark,
    VersionName,
)
from hdr_bench.web.api.schemas.server import Fault, Health

__all__ = [
    "Body",
    "Choice",
    "ComparedPair",
    "ComparisonReply",
    "ComparisonRow",
    "CorrectionBody",
    "CorrectionList",
    "CorrectionReply",
    "Deleted",
    "DrawingReply",
    "Fault",
    "Health",
    "ImageReply",
    "ImagesBody",
    "ImagesReply",
    "LearningReply",
    "ListedReading",
    "MarkReply",
    "MnistScore",
    "ModelList",
    "ModelReply",
    "ModelVersions",
    "ReadingList",
    "ReadingReply",
    "RetrainingBody",
    "RetrainingList",
    "RetrainingReply",
    "ShortCorrection",
    "Step",
    "StepList",
    "StoredMark",
    "VersionBody",
    "VersionName",
    "VersionReply",
]
