"""Services of an application."""

from dataclasses import dataclass

from starlette.requests import Request

from hdr_bench.web.services.audit import AuditService
from hdr_bench.web.services.corrections import CorrectionService
from hdr_bench.web.services.learning import LearningService
from hdr_bench.web.services.models import ModelService
from hdr_bench.web.services.readings import ReadingService
from hdr_bench.web.state import AppState


@dataclass(frozen=True)
class Services:
    """Services shared by the API and the pages.

    Attributes
    ----------
    readings : ReadingService
    corrections : CorrectionService
    models : ModelService
    learning : LearningService
    audit : AuditService
    """

    readings: ReadingService
    corrections: CorrectionService
    models: ModelService
    learning: LearningService
    audit: AuditService

    @classmethod
    def of_state(cls, state: AppState) -> "Services":
        """Return the services of an application.

        Parameters
        ----------
        state : AppState

        Returns
        -------
        services : Services
        """
        return cls(
            ReadingService(state),
            CorrectionService(state),
            ModelService(state),
            LearningService(state),
            AuditService(state.settings.audit),
        )


def services_of(request: Request) -> Services:
    """Return the services of the application that received a request.

    Parameters
    ----------
    request : Request

    Returns
    -------
    services : Services
    """
    services: Services = request.app.state.services
    return services
