"""The services: one file each. They check words, ask the store in a thread, and speak in generated messages.

Beside `rpc`, this is the only place that knows those messages.
"""

from typing import Any

from benchhub.rpc.v1.framework_service_connect import FrameworkServiceASGIApplication
from benchhub.rpc.v1.git_service_connect import GitServiceASGIApplication
from benchhub.rpc.v1.project_service_connect import ProjectServiceASGIApplication
from benchhub.rpc.v1.query_service_connect import QueryServiceASGIApplication
from benchhub.rpc.v1.report_service_connect import ReportServiceASGIApplication
from benchhub.rpc.v1.run_service_connect import RunServiceASGIApplication
from benchhub.rpc.v1.series_service_connect import SeriesServiceASGIApplication
from benchhub.rpc.v1.token_service_connect import TokenServiceASGIApplication
from benchhub.rpc.v1.user_service_connect import UserServiceASGIApplication
from benchhub.server.access import Access
from benchhub.server.parts import Parts
from benchhub.server.services.frameworks import Frameworks
from benchhub.server.services.git import Git
from benchhub.server.services.projects import Projects
from benchhub.server.services.query import Queries
from benchhub.server.services.reports import Reports
from benchhub.server.services.runs import Runs
from benchhub.server.services.series import SeriesOfCases
from benchhub.server.services.tokens import Tokens
from benchhub.server.services.users import Users


def services_of(parts: Parts, access: Access) -> list[tuple[Any, Any]]:
    """Return each service with the class of its application; a new service has its line here."""
    backend = parts.backend
    return [
        (FrameworkServiceASGIApplication, Frameworks(backend, parts.frameworks)),
        (GitServiceASGIApplication, Git(backend)),
        (ProjectServiceASGIApplication, Projects(backend)),
        (QueryServiceASGIApplication, Queries(backend)),
        (ReportServiceASGIApplication, Reports(backend, parts.projector, parts.metrics)),
        (RunServiceASGIApplication, Runs(backend)),
        (SeriesServiceASGIApplication, SeriesOfCases(backend)),
        (TokenServiceASGIApplication, Tokens(backend, access)),
        (UserServiceASGIApplication, Users(backend, parts.url)),
    ]
