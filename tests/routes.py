"""Every address of the product, read from ``web/urls.py``: a walk over them finds a new page."""

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver

from tilisilta.api.service import api

LOG_IN = "log-in/"
API = "api/v1/"


def named_routes() -> Iterator[tuple[str, str]]:
    """Yield the name and the route of every page, those for the log-in included."""
    yield from (
        pair for pair in _routes(get_resolver().url_patterns) if not pair[1].startswith(API)
    )


def routes_of_ours() -> Iterator[tuple[str, str]]:
    """Yield the name and the route of every address but those that a library answers."""
    yield from (pair for pair in named_routes() if not pair[1].startswith(LOG_IN))


def operations() -> Iterator[tuple[str, str]]:
    """Yield the method and the path of every operation of the API, as its document names them."""
    for path, described in api.get_openapi_schema()["paths"].items():
        yield from ((method, path) for method in described)


def _routes(patterns: list[URLPattern | URLResolver], start: str = "") -> Iterator[tuple[str, str]]:
    for pattern in patterns:
        route = start + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _routes(pattern.url_patterns, route)
        elif pattern.name:
            yield pattern.name, route
