"""Addresses behind a button: whoever opens one by itself is told that nothing was done."""

from collections.abc import Callable
from functools import wraps
from http import HTTPMethod, HTTPStatus
from typing import Any, Concatenate, ParamSpec

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render

P = ParamSpec("P")
_MARK = "takes_posts_only"


def only_posted(
    view: Callable[Concatenate[HttpRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Let forms post to ``view``; answer everything else with a page that explains."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if request.method == HTTPMethod.POST:
            return view(request, *args, **kwargs)
        response = render(request, "405.html", status=HTTPStatus.METHOD_NOT_ALLOWED)
        response.headers["Allow"] = HTTPMethod.POST
        return response

    setattr(guarded, _MARK, True)
    return guarded


def takes_posts_only(view: Callable[..., Any]) -> bool:
    return getattr(view, _MARK, False)
