"""The answers of the API: one function for each call. Their addresses are in ``routes``."""

from collections.abc import Sequence
from functools import lru_cache

from werkzeug.wrappers import Response

from nmbrs_sandbox.payroll.guids import Entity, guid, guid_of_person
from nmbrs_sandbox.payroll.journal_xml import Split
from nmbrs_sandbox.payroll.world import Company, CostItem, Debtor, JournalLine, Run
from nmbrs_sandbox.rest.answers import Row, listed, started
from nmbrs_sandbox.rest.call import Call
from nmbrs_sandbox.rest.documents import (
    by_department,
    by_employee,
    journal_file,
    other_journal,
    payment_file,
)
from nmbrs_sandbox.rest.refusals import NOT_FOUND, SEVERAL_DEBTORS, UNEXPECTED, refusal
from nmbrs_sandbox.traps import Trap
from sandbox_parts.wire import answer

_USUAL_QUESTIONS = 1
_MANY_QUESTIONS = 4
_BOM = b"\xef\xbb\xbf"


def get_user_info(call: Call) -> Response:
    """Return the person who consented, once for each debtor, which is assumed."""
    return listed(
        call,
        [
            {
                "name": one.name,
                "email": one.email,
                "language": "FI",
                "debtorId": guid(Entity.DEBTOR, one.debtor_id),
                "userId": guid_of_person(one.email),
            }
            for one in call.bureau.logins()
            if one.email == call.grant.email and one.debtor_id in call.covered
        ],
    )


def get_debtors(call: Call) -> Response:
    return listed(call, [_written_debtor(call, one) for one in call.debtors()])


def get_companies(call: Call) -> Response:
    if len(call.debtors()) > 1:
        raise refusal(SEVERAL_DEBTORS)
    return listed(call, [_written_company(call, one) for one in call.companies()])


def get_companies_of_debtor(call: Call) -> Response:
    debtor_id = call.debtor().debtor_id
    companies = [one for one in call.companies() if one.debtor_id == debtor_id]
    return listed(call, [_written_company(call, one) for one in companies])


def get_period(call: Call) -> Response:
    company = call.company()
    year, period = company.current_period()
    written = {
        "period": {"year": year, "period": period},
        "periodType": "month",
        "displayPeriod": f"{year}-{period}-M",
    }
    return listed(call, [written], company)


def get_runs(call: Call) -> Response:
    company = call.company()
    runs = company.runs_of(call.year(company))
    return listed(call, [_written_run(call, one, company) for one in runs], company)


def get_cost_centers(call: Call) -> Response:
    company = call.company()
    rows = [
        {"costCenterId": guid(Entity.COST_CENTER, one.item_id), **_written_item(one)}
        for one in company.cost_centers
    ]
    return listed(call, rows, company)


def get_cost_units(call: Call) -> Response:
    company = call.company()
    rows = [
        {"costUnitId": guid(Entity.COST_UNIT, one.item_id), **_written_item(one)}
        for one in company.cost_units
    ]
    return listed(call, rows, company)


def start_journal(call: Call) -> Response:
    company, run = call.run()
    return _start_journal(call, company, run, _lines(call, company, run), Split.COMPANY)


def start_journal_by_cost_center(call: Call) -> Response:
    company, run = call.run()
    return _start_journal(call, company, run, _lines(call, company, run), Split.COST_CENTER)


def start_journal_by_cost_unit(call: Call) -> Response:
    company, run = call.run()
    return _start_journal(call, company, run, _lines(call, company, run), Split.COST_UNIT)


def start_journal_by_department(call: Call) -> Response:
    company, run = call.run()
    lines = by_department(_lines(call, company, run))
    return _start_journal(call, company, run, lines, Split.COST_CENTER)


def start_journal_by_employee(call: Call) -> Response:
    company, run = call.run()
    lines = by_employee(_lines(call, company, run), company)
    return _start_journal(call, company, run, lines, Split.COST_CENTER)


def start_payment_file(call: Call) -> Response:
    company, run = call.run()
    document = payment_file(company, run, payment_date=call.day("paymentDate"))
    return started(call, company, document)


def get_document(call: Call) -> Response:
    """Return a document, or that it is not there yet. It can be read once."""
    task_id = call.task_id()
    task = call.tasks.ask(task_id, grant_id=call.grant.grant_id)
    company = None if task is None else call.bureau.company(task.company_id)
    if task is None or call.is_on(Trap.TASK_FORGOTTEN, company):
        raise refusal(NOT_FOUND)
    if call.is_on(Trap.TASK_FAILED, company):
        raise refusal(UNEXPECTED)
    if call.is_on(Trap.NEVER_READY, company) or task.asked <= _questions(call, company):
        return _not_ready(call, company)
    call.tasks.finish(task_id)
    return _file(call, company, task.document)


def _questions(call: Call, company: Company | None) -> int:
    """Return how often a document is asked for before it is there."""
    if call.is_on(Trap.READY_AT_ONCE, company):
        return 0
    return _MANY_QUESTIONS if call.is_on(Trap.SLOW_TASK, company) else _USUAL_QUESTIONS


def _not_ready(call: Call, company: Company | None) -> Response:
    response = answer("Document is being processed", 202)
    if call.is_on(Trap.RETRY_AFTER, company):
        response.headers["Retry-After"] = "1"
    return response


def _file(call: Call, company: Company | None, document: bytes) -> Response:
    if call.is_on(Trap.NO_CONTENT, company):
        return Response(status=204)
    content = b"" if call.is_on(Trap.EMPTY_FILE, company) else document
    if call.is_on(Trap.WITH_BOM, company):
        content = _BOM + content
    is_xml = call.is_on(Trap.SERVED_AS_XML, company)
    return Response(content, content_type="text/xml" if is_xml else "application/octet-stream")


def _lines(call: Call, company: Company, run: Run) -> Sequence[JournalLine]:
    lines = run.journal.lines() if run.journal else ()
    if call.is_on(Trap.NO_LINES, company):
        return ()
    return other_journal(lines) if call.is_on(Trap.OTHER_JOURNAL, company) else lines


def _start_journal(
    call: Call, company: Company, run: Run, lines: Sequence[JournalLine], split: Split
) -> Response:
    encoding = "utf-16" if call.is_on(Trap.IN_UTF_16, company) else "utf-8"
    return started(call, company, journal_file(lines, run, split, encoding=encoding))


def _written_debtor(call: Call, debtor: Debtor) -> Row:
    return {
        "debtorId": guid(Entity.DEBTOR, debtor.debtor_id),
        "number": _number(call, debtor.number),
        "name": debtor.name,
    }


def _written_company(call: Call, company: Company) -> Row:
    return {
        "companyId": guid(Entity.COMPANY, company.company_id),
        "number": _number(call, str(company.number), company),
        "name": company.name,
        "debtorId": guid(Entity.DEBTOR, company.debtor_id),
    }


def _number(call: Call, number: str, company: Company | None = None) -> str:
    return f"00{number}" if call.is_on(Trap.PADDED_NUMBERS, company) else number


def _written_run(call: Call, run: Run, company: Company) -> Row:
    # The published description says Central European Time, its examples end in Z.
    zone = "" if call.is_on(Trap.CREATED_IN_CET, company) else "Z"
    return {
        "payrollRunId": guid(Entity.RUN, run.run_id),
        "number": run.number,
        "description": run.description,
        "year": run.year,
        "periodStart": _period(call, run.year, run.period_start, company),
        "periodEnd": _period(call, run.year, run.period_end, company),
        "createdAt": f"{run.run_at:%Y-%m-%dT%H:%M:%S}{zone}",
        "type": _type(call, run, company),
        "locked": run.is_locked,
    }


def _period(call: Call, year: int, period: int, company: Company) -> int | str:
    # The published description contradicts itself: an integer in the format of a time.
    if call.is_on(Trap.PERIOD_AS_TIME, company):
        return f"{year}-{period:02}-01T00:00:00"
    return str(period) if call.is_on(Trap.PERIOD_AS_TEXT, company) else period


def _type(call: Call, run: Run, company: Company) -> str:
    if call.is_on(Trap.UNKNOWN_RUN_TYPE, company):
        return "sandbox_special"
    # The Dutch word is for corrections of earlier periods.
    return "normal_twk" if _is_correcting(run) else "normal"


# Remembered, as a list of runs would otherwise work out every journal of the year.
@lru_cache(maxsize=50_000)
def _is_correcting(run: Run) -> bool:
    lines = run.journal.lines() if run.journal else ()
    return any(one.booking_date != run.booking_date for one in lines)


def _written_item(item: CostItem) -> Row:
    return {"code": item.code, "description": item.description}
