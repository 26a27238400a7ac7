"""Frameworks: those that are installed here, and those that reports speak of."""

from collections.abc import Mapping

from benchhub.plugin.contract import Framework
from benchhub.rpc.v1.framework_service_pb2 import KnownFramework, ListFrameworksRequest, ListFrameworksResponse
from benchhub.server.backend import Backend
from benchhub.server.services.visible import Context, ask
from benchhub.store.browse import reports_by_framework


class Frameworks:
    """``FrameworkService``."""

    def __init__(self, backend: Backend, installed: Mapping[str, Framework]) -> None:
        self._backend = backend
        self._installed = installed

    async def list_frameworks(self, _: ListFrameworksRequest, __: Context) -> ListFrameworksResponse:
        """List frameworks by name."""
        counts = await ask(self._backend, lambda database, visible: reports_by_framework(database, visible=visible))
        frameworks = [
            KnownFramework(
                name=name,
                reader_version=found.version if (found := self._installed.get(name)) else None,
                tables=sorted(table.name for table in found.tables) if found else (),
                report_count=counts.get(name, 0),
            )
            for name in sorted({*counts, *self._installed})
        ]
        return ListFrameworksResponse(frameworks=frameworks)
