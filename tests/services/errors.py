"""All errors that clients and services raise."""

import importlib
import pkgutil

from tilisilta import clients, services
from tilisilta.errors import TilisiltaError


def known_errors() -> set[type[TilisiltaError]]:
    """The errors that clients and services raise, without the three that sort them."""
    for package in (clients, services):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)
    found: set[type[TilisiltaError]] = set()
    rest: list[type[TilisiltaError]] = [TilisiltaError]
    while rest:
        below = rest.pop().__subclasses__()
        rest += below
        found.update(below)
    return {
        kind
        for kind in found
        if kind.__module__.startswith((f"{clients.__name__}.", f"{services.__name__}."))
        # What is only there to be inherited from is never raised itself.
        and not (kind.__name__.startswith("_") and kind.__subclasses__())
    }
