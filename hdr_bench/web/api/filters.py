"""Parameters that choose readings and corrections, as the description of the API has them."""

from hdr_bench.web.api.endpoints import Parameter
from hdr_bench.web.services.filters import KINDS, REVIEWS

_ONE_DIGIT: dict[str, object] = {"type": "integer", "minimum": 0, "maximum": 9}
_REVIEW = "Whether a second look is needed: settled is clear or confirmed, any is all."

PAGE = Parameter("page", "Page of the list, from 1.", {"type": "integer", "minimum": 1, "default": 1})
_OF_PICTURES = (
    Parameter("writer", "Who wrote the digits; empty for nobody named.", {"type": "string"}),
    Parameter("kind", "How the pictures came.", {"type": "string", "enum": list(KINDS)}),
)
_OF_MARKS = (
    Parameter(
        "label", "What the marks are; none for other than digits.", {"type": "string", "pattern": "^([0-9]|none)$"}
    ),
    Parameter("model_digit", "What the pictures were read as there.", _ONE_DIGIT),
    Parameter("wrong_for", "Model that answered otherwise.", {"type": "string"}),
    Parameter("right_for", "Model that answered so.", {"type": "string"}),
)


def _review(default: str) -> Parameter:
    return Parameter("review", _REVIEW, {"type": "string", "enum": list(REVIEWS), "default": default})


READING_FILTERS = (
    *_OF_PICTURES,
    Parameter("corrected", "With or without corrections.", {"type": "boolean"}),
    *_OF_MARKS,
    _review("any"),
)
CORRECTION_FILTERS = (*_OF_PICTURES, *_OF_MARKS, _review("any"))
EXPORT_FILTERS = (*_OF_PICTURES, *_OF_MARKS, _review("settled"))
