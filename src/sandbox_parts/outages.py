"""What a caller meets when a service fails: a gateway's page, a long wait, a broken connection."""

from threading import Event
from typing import NoReturn

import httpx2
from werkzeug.http import HTTP_STATUS_CODES
from werkzeug.wrappers import Request, Response


def gateway_error(status: int) -> Response:
    """Return the error page of a gateway in front of the service."""
    # HTML, as integrators report of a real 500: a client must not expect JSON or XML here.
    title = f"{status} {HTTP_STATUS_CODES.get(status, 'Error')}"
    page = (
        f"<html><head><title>{title}</title></head>"
        f"<body><center><h1>{title}</h1></center><hr><center>gateway</center></body></html>"
    )
    return Response(page, status=status, content_type="text/html")


def wait(seconds: float) -> None:
    if seconds > 0:
        Event().wait(seconds)


def break_connection(request: Request) -> NoReturn:
    """End the connection of a request without an answer."""
    if "werkzeug.socket" in request.environ:
        # The server closes the connection without a word when it sees this.
        raise ConnectionResetError("The answer is lost on purpose")
    # In-process there is no connection to break; this is what a client makes of a broken one.
    raise httpx2.RemoteProtocolError("Server disconnected without sending a response.")
