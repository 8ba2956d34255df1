"""Where the demo's programs listen, and which ports are free to listen on."""

import errno
import socket

DEMO_HOST = "127.0.0.1"
ENVIRONMENT_FILE = "environment"
"""In the demo\'s data directory: what lets commands act beside it."""
MOST_TRIED = 200


def demo_url(port: int) -> str:
    return f"http://{DEMO_HOST}:{port}"


def is_free(host: str, port: int) -> bool:
    """Return whether ``port`` is free to listen on.

    Only a taken port counts as not free. Any other fault shows itself when the server listens.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # As the server does: a port whose last server has just ended is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return error.errno != errno.EADDRINUSE
    return True


def free_port_after(host: str, port: int) -> int:
    tried = range(port + 1, min(port + MOST_TRIED, 65536))
    return next((number for number in tried if is_free(host, number)), port)
