"""What a page answers that needs a secret which none of our encryption keys opens."""

from collections.abc import Callable

from cryptography.fernet import InvalidToken
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tilisilta.models.encryption import KeysDoNotFit


class LostKeysMiddleware:
    """Answers with cause and remedy in place of a fault of ours."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, fault: Exception) -> HttpResponse | None:
        """Explain a secret that cannot be read; leave every other fault to the page for faults."""
        if not isinstance(fault, InvalidToken | KeysDoNotFit):
            return None
        return render(request, "errors/lost_keys.html", status=503)
