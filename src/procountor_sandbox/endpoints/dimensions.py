"""Dimensions and their items. As documented, items can be added and changed, but not removed."""

from dataclasses import replace

from werkzeug.wrappers import Response

from procountor_sandbox.companies import PASSIVE, written_dimension, written_item
from procountor_sandbox.fields import Fields
from procountor_sandbox.office import Call
from procountor_sandbox.refusals import Refused, not_found
from procountor_sandbox.world import Dimension, DimensionItem
from sandbox_parts.wire import answer


def get_dimensions(call: Call) -> Response:
    """Return the dimensions as a bare list, filtered by parts of a name and of a code."""
    call.require_reading()
    name = call.request.args.get("name", "").casefold()
    code = call.request.args.get("codeName", "").casefold()
    named = (one for one in call.company.dimensions if name in one.name.casefold())
    return answer(
        [
            written_dimension(one)
            for one in named
            if not code or any(code in item.code_name.casefold() for item in one.items)
        ]
    )


def get_dimension(call: Call) -> Response:
    call.require_reading()
    return answer(written_dimension(_dimension(call)))


def put_dimension(call: Call) -> Response:
    """Give a dimension another name."""
    call.require_writing()
    dimension = _dimension(call)
    fields = Fields(values=call.body())
    fields.refuse_unknown(("name",))
    name = fields.text("name", longest=255, required=True)
    if name is None or fields.violations:
        raise Refused(400, *fields.violations)
    call.office.companies.put_dimension(call.company, replace(dimension, name=name))
    return answer({"name": name})


def post_item(call: Call) -> Response:
    """Add an item to a dimension and return it with its id."""
    call.require_writing()
    dimension = _dimension(call)
    used = (item.item_id for one in call.company.dimensions for item in one.items)
    item = _read_item(call, dimension, item_id=max(used, default=0) + 1)
    grown = replace(dimension, items=(*dimension.items, item))
    call.office.companies.put_dimension(call.company, grown)
    return answer(written_item(item))


def put_item(call: Call) -> Response:
    """Change code, description or status of the item whose id stands in the body."""
    call.require_writing()
    dimension = _dimension(call)
    fields = Fields(values=call.body())
    item_id = fields.whole("id", required=True)
    if item_id is None:
        raise Refused(400, *fields.violations)
    if dimension.item(item_id) is None:
        raise not_found(f"dimension item {item_id}")
    item = _read_item(call, dimension, item_id=item_id)
    items = tuple(item if one.item_id == item_id else one for one in dimension.items)
    call.office.companies.put_dimension(call.company, replace(dimension, items=items))
    return answer(written_item(item))


def _dimension(call: Call) -> Dimension:
    dimension_id = call.arguments["dimension_id"]
    dimension = call.company.dimension(dimension_id)
    if dimension is None:
        raise not_found(f"dimension {dimension_id}")
    return dimension


def _read_item(call: Call, dimension: Dimension, *, item_id: int) -> DimensionItem:
    fields = Fields(values=call.body())
    fields.refuse_unknown(("id", "codeName", "status", "description"))
    code_name = fields.text("codeName", longest=80, required=True)
    description = fields.text("description", longest=255)
    status = fields.choice("status", (PASSIVE,))
    others = (one for one in dimension.items if one.item_id != item_id)
    # Assumed: two items of one code could not be told apart by programs that read codes.
    if code_name in {one.code_name for one in others}:
        fields.refuse("codeName", "SANDBOX_DIMENSION_ITEM_EXISTS")
    if code_name is None or fields.violations:
        raise Refused(400, *fields.violations)
    return DimensionItem(
        item_id=item_id,
        code_name=code_name,
        description=description or "",
        is_active=status is None,
    )
