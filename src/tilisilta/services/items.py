"""Creates dimension items in Procountor that a journal needs, where its link asks for that (R6)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from tilisilta.domain.administrations import Administration
from tilisilta.domain.dimensions import find_dimensions
from tilisilta.domain.problems import Problem, ProblemCode
from tilisilta.models import Link
from tilisilta.services import audit
from tilisilta.services.administrations import read_administration
from tilisilta.services.procountor import procountor


def items_to_create(problems: Sequence[Problem]) -> tuple[tuple[str, str], ...]:
    """The missing items, as dimension name and code, if they are all that stops a journal."""
    missing = []
    for problem in problems:
        facts = dict(problem.facts)
        if not problem.stops:
            continue
        if problem.code != ProblemCode.DIMENSION_ITEM_UNKNOWN or facts.get("creates") != "yes":
            return ()
        missing.append((facts["name"], facts["item"]))
    return tuple(missing)


def create_items(
    link: Link, missing: Sequence[tuple[str, str]], *, now: datetime
) -> Administration:
    """Create the ``missing`` items and read the company again.

    The company is read right before, so that an item somebody else has just created, or one whose
    creation gave no answer last time, is not created twice. Raises what the client raises; items
    created until then stay, and the next check goes on from there.
    """
    account = link.procountor_account
    administration = read_administration(account, now=now, age_limit=timedelta(0))
    try:
        with procountor(account) as client:
            for name, code in missing:
                dimensions = find_dimensions(name, administration.dimensions)
                if len(dimensions) != 1 or any(item.code == code for item in dimensions[0].items):
                    continue
                client.create_dimension_item(dimensions[0].dimension_id, code, code)
                audit.record(
                    audit.Action.ITEMS_CREATED,
                    user=None,
                    company=link.company,
                    items=code,
                    dimension=name,
                )
    finally:
        administration = read_administration(account, now=now, age_limit=timedelta(0))
    return administration
