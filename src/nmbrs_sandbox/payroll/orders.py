"""Orders: the changes by name, each carried out once, stored, and repeated at every start."""

from collections.abc import Callable, Mapping
from inspect import signature
from typing import Any, Concatenate, ParamSpec, TypeVar

from nmbrs_sandbox.payroll import company_changes, cost_changes, run_changes
from nmbrs_sandbox.payroll.bureau import Bureau
from sandbox_parts.orders import OrderRefused, read_fields

P = ParamSpec("P")
R = TypeVar("R")

CHANGES: Mapping[str, Callable[..., Any]] = {
    move.__name__: move
    for move in (*company_changes.CHANGES, *run_changes.CHANGES, *cost_changes.CHANGES)
}


def carry_out(
    bureau: Bureau,
    move: Callable[Concatenate[Bureau, P], R],
    /,
    *args: P.args,
    **fields: P.kwargs,
) -> R:
    """Make a move with these fields and store it.

    A field called ``at`` is the time, which is filled in where it is missing.
    """
    with bureau.lock:
        # Checked for tests too, which call this directly: a stored order must be readable at the
        # next start.
        fields.update(read_fields(move, fields))
        # The time is stored with the order, so that repeating it later leads to the same run.
        if "at" in signature(move).parameters and fields.get("at") is None:
            fields["at"] = bureau.clock().replace(microsecond=0, tzinfo=None)
        # Stored after the move: a refused order must not be repeated at the next start.
        outcome = move(bureau, *args, **fields)
        bureau.remember(move.__name__, fields)
        return outcome


def give_order(bureau: Bureau, name: str, values: Mapping[str, Any]) -> Any:
    """Carry out the order of that name with the fields of a JSON object."""
    move = CHANGES.get(name)
    if move is None:
        raise OrderRefused(f"there is no order {name}", status=404)
    return carry_out(bureau, move, **read_fields(move, values))


def repeat_orders(bureau: Bureau) -> None:
    """Carry out the stored orders again. To be called once, at the start."""
    with bureau.lock:
        for name, fields in bureau.remembered():
            move = CHANGES.get(name)
            if move is None:
                raise OrderRefused(f"it holds an order {name}, which is unknown here")
            move(bureau, **read_fields(move, fields))
