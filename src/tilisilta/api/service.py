"""The API itself: its routers, what it answers to errors, and its OpenAPI document."""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation
from ninja.renderers import BaseRenderer

from tilisilta import __version__
from tilisilta.api import (
    accounts,
    archives,
    audit_log,
    closing,
    companies,
    company_links,
    differences,
    imports,
    journals,
    link_changes,
    links,
    masking,
    months,
    notices,
    onboardings,
    overview,
    payment_files,
    people,
    profiles,
    proposals,
    ready,
    reasons,
    rules,
    runs,
    sendings,
    settling,
    tokens,
    trails,
    webhooks,
    withdrawals,
)
from tilisilta.api.access import Bearer
from tilisilta.api.problems import CONTENT_TYPE, fault, refusal, refused_with
from tilisilta.management.output import json_text

DESCRIPTION = (
    "What the pages of Tilisilta do each month. Documents are those of the command line; amounts "
    "are texts with their cents. A refusal is problem details (RFC 9457) with a code, a "
    "cause and a remedy, in Finnish, Swedish or English as Accept-Language asks. Programs that "
    "want to be told rather than ask get webhooks."
)
_LOWEST_REFUSAL = 400


class _Renderer(BaseRenderer):
    """Writes documents as the commands do."""

    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> str:
        return json_text(data)


class _Api(NinjaAPI):
    """The API, with short names for its operations, what they demand, and problem details."""

    def get_openapi_operation_id(self, operation: Operation) -> str:
        return str(operation.view_func.__name__)

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: Any = None
    ) -> OpenAPISchema:
        """Return the document, made once: it takes long, and anybody may ask for it."""
        return self._document

    @cached_property
    def _document(self) -> OpenAPISchema:
        schema = super().get_openapi_schema()
        demanded = self._demanded()
        for operations in schema["paths"].values():
            for operation in operations.values():
                operation["responses"] = _marked(operation["responses"])
                operation.update(demanded[operation["operationId"]].described())
        return schema

    def _demanded(self) -> Mapping[str, Bearer]:
        """Return what each operation demands, by its name."""
        return {
            operation.view_func.__name__: cast(Bearer, operation.auth_callbacks[0])
            for _prefix, router in self._routers
            for view in router.path_operations.values()
            for operation in view.operations
        }


def _marked(responses: Mapping[int, dict[str, Any]]) -> dict[int, dict[str, Any]]:
    """Return the answers in the order of their statuses, refusals with their media type."""
    for status, response in responses.items():
        content = response.get("content", {})
        if status >= _LOWEST_REFUSAL and "application/json" in content:
            content[CONTENT_TYPE] = content.pop("application/json")
    return dict(sorted(responses.items()))


def _answering_errors(made: _Api) -> _Api:
    def answer(act: Callable[[Any, HttpRequest], HttpResponse]) -> Callable[..., HttpResponse]:
        return lambda request, error: act(error, request)

    made.add_exception_handler(Exception, answer(_answer))
    made.add_exception_handler(Http404, answer(refusal))
    made.add_exception_handler(ValidationError, answer(refusal))
    made.add_exception_handler(
        HttpError, answer(lambda error, request: refused_with(error.status_code, request))
    )
    return made


def _answer(error: Exception, request: HttpRequest) -> HttpResponse:
    try:
        return refusal(error, request)
    except Exception as unexpected:  # noqa: BLE001  # a program must get an answer that it can read
        return fault(unexpected, request)


api = _answering_errors(
    _Api(
        title="Tilisilta",
        version=__version__,
        description=DESCRIPTION,
        urls_namespace="api",
        docs_url=None,
        renderer=_Renderer(),
    )
)
for _router in (
    tokens.router,
    companies.router,
    journals.router,
    masking.router,
    imports.router,
    sendings.router,
    ready.router,
    withdrawals.router,
    differences.router,
    settling.router,
    reasons.router,
    rules.router,
    proposals.router,
    months.router,
    overview.router,
    notices.router,
    closing.router,
    payment_files.router,
    archives.router,
    links.router,
    profiles.router,
    company_links.router,
    link_changes.router,
    onboardings.router,
    accounts.router,
    runs.router,
    trails.router,
    people.router,
    audit_log.router,
    webhooks.router,
):
    api.add_router("", _router)
