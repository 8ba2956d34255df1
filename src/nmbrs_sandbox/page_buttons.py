"""What the buttons on the pages do: orders, for people who have no program at hand."""

import re
from collections.abc import Mapping

from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from nmbrs_sandbox.control import refuse_other_sites
from nmbrs_sandbox.pages import show_refusal
from nmbrs_sandbox.payroll.access_moves import Bureau
from nmbrs_sandbox.payroll.fields import OrderRefused

_RUNS = re.compile(r"/sandbox/companies/([0-9]{1,9})/runs")
_RUN = re.compile(r"/sandbox/companies/([0-9]{1,9})/runs/([0-9]{1,10})/([a-z_]+)")
_ORDERS: Mapping[str, str] = {
    "recalculate": "recalculate_run",
    "make_journal": "make_journal",
    "delete": "delete_run",
    "put_back": "put_back_run",
}


def press(request: Request, bureau: Bureau) -> Response | None:
    """Do what a button says and lead back to the company, or return None if it is no button."""
    if request.method != "POST":
        return None
    try:
        if found := _RUNS.fullmatch(request.path):
            refuse_other_sites(request)
            return _back(int(found[1]), bureau.add_run(company_id=int(found[1])).run_id)
        found = _RUN.fullmatch(request.path)
        if found is None or found[3] not in _ORDERS:
            return None
        refuse_other_sites(request)
        company_id, run_id = int(found[1]), int(found[2])
        bureau.give_order(_ORDERS[found[3]], {"company_id": company_id, "run_id": run_id})
    except OrderRefused as refused:
        return show_refusal(str(refused), refused.status)
    return _back(company_id, run_id)


def _back(company_id: int, run_id: int) -> Response:
    # 303, so that going back or reloading does not press the button again.
    return redirect(f"/sandbox/companies/{company_id}?run={run_id}#run-{run_id}", code=303)
