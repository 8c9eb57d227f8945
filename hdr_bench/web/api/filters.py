"""Query parameters that select readings and corrections, for the API description."""

from hdr_bench.web.api.endpoints import Parameter
from hdr_bench.web.services.filters import KINDS, REVIEWS

_ONE_DIGIT: dict[str, object] = {"type": "integer", "minimum": 0, "maximum": 9}
_REVIEW = "Review state of the corrections; settled means clear or confirmed, any means all."

PAGE = Parameter("page", "Page of the list, from 1.", {"type": "integer", "minimum": 1, "default": 1})
_OF_PICTURES = (
    Parameter("writer", "Who wrote the digits; empty for pictures without a writer.", {"type": "string"}),
    Parameter("kind", "How the pictures were made.", {"type": "string", "enum": list(KINDS)}),
)
_OF_MARKS = (
    Parameter(
        "label",
        "Label of the marks; none for marks that are not digits.",
        {"type": "string", "pattern": "^([0-9]|none)$"},
    ),
    Parameter("model_digit", "Digit that was read.", _ONE_DIGIT),
    Parameter("wrong_for", "Name of a model whose answer was wrong.", {"type": "string"}),
    Parameter("right_for", "Name of a model whose answer was right.", {"type": "string"}),
)


def _review(default: str) -> Parameter:
    return Parameter("review", _REVIEW, {"type": "string", "enum": list(REVIEWS), "default": default})


READING_FILTERS = (
    *_OF_PICTURES,
    Parameter("corrected", "Whether any mark was corrected.", {"type": "boolean"}),
    *_OF_MARKS,
    _review("any"),
)
CORRECTION_FILTERS = (*_OF_PICTURES, *_OF_MARKS, _review("any"))
EXPORT_FILTERS = (*_OF_PICTURES, *_OF_MARKS, _review("settled"))
