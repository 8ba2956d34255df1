"""Orders about debtors, companies, logins and permitted calls: add, rename, hide, refuse."""

from dataclasses import replace

from nmbrs_sandbox.payroll.bureau import Bureau
from nmbrs_sandbox.payroll.payrolls import monthly_runs, small_payroll
from nmbrs_sandbox.payroll.world import (
    NO_RIGHT_TO_COMPANY,
    NOT_VISIBLE,
    Access,
    ClientLogin,
    Company,
    CostItem,
    Debtor,
)
from sandbox_parts.orders import OrderRefused

_MOST_RUNS = 120


def add_debtor(bureau: Bureau, *, number: str, name: str) -> Debtor:
    debtor_id = 1 + max((one.debtor_id for one in bureau.debtors()), default=7100)
    return bureau.put_debtor(Debtor(debtor_id=debtor_id, number=number, name=name))


def rename_debtor(bureau: Bureau, *, debtor_id: int, name: str) -> Debtor:
    return bureau.put_debtor(replace(bureau.known_debtor(debtor_id), name=name))


def add_company(
    bureau: Bureau, *, debtor_id: int, number: int, name: str, runs: int = 1, year: int = 2026
) -> Company:
    """Add a company with that many monthly runs from January on, and an invented payroll.

    Another debtor may have a company of the same number, the same debtor may not.
    """
    bureau.known_debtor(debtor_id)
    if not (0 <= runs <= _MOST_RUNS and 2000 <= year <= 2080):
        raise OrderRefused(f"at most {_MOST_RUNS} runs, in this century")
    if (debtor_id, number) in {(one.debtor_id, one.number) for one in bureau.companies()}:
        raise OrderRefused(f"debtor {debtor_id} has a company {number} already")
    payroll = small_payroll(number, "210", f"{9000 + number % 97 * 100}.00")
    company = Company(
        company_id=1 + max((one.company_id for one in bureau.companies()), default=48100),
        number=number,
        name=name,
        debtor_id=debtor_id,
        payroll=payroll,
        runs=monthly_runs(payroll, runs, first_id=bureau.next_run_id(), year=year),
        active_year=year,
    )
    centers = (("100", "Hallinto"), ("210", "Tuotanto"))
    items = (
        CostItem(item_id=company.company_id * 100 + n, code=code, description=description)
        for n, (code, description) in enumerate(centers, start=51)
    )
    return bureau.put_company(replace(company, cost_centers=tuple(items)))


def rename_company(bureau: Bureau, *, company_id: int, name: str) -> Company:
    return bureau.put_company(replace(bureau.known_company(company_id), name=name))


def move_company(bureau: Bureau, *, company_id: int, debtor_id: int) -> Company:
    bureau.known_debtor(debtor_id)
    return bureau.put_company(replace(bureau.known_company(company_id), debtor_id=debtor_id))


def hide_company(bureau: Bureau, *, company_id: int) -> Company:
    """Leave a company out of every answer, as a tag filter does."""
    return bureau.put_company(replace(bureau.known_company(company_id), is_hidden=True))


def show_company(bureau: Bureau, *, company_id: int) -> Company:
    return bureau.put_company(replace(bureau.known_company(company_id), is_hidden=False))


def hide_debtor(bureau: Bureau, *, debtor_id: int) -> Debtor:
    return bureau.put_debtor(replace(bureau.known_debtor(debtor_id), is_hidden=True))


def show_debtor(bureau: Bureau, *, debtor_id: int) -> Debtor:
    return bureau.put_debtor(replace(bureau.known_debtor(debtor_id), is_hidden=False))


def deny_company(bureau: Bureau, *, company_id: int, code: int = NOT_VISIBLE) -> Company:
    """Refuse every call for a company, which stays in the lists."""
    # The two codes for missing rights that public clients know.
    if code not in {NOT_VISIBLE, NO_RIGHT_TO_COMPANY}:
        raise OrderRefused(f"a company is denied with {NOT_VISIBLE} or {NO_RIGHT_TO_COMPANY}")
    return bureau.put_company(replace(bureau.known_company(company_id), denied_with=code))


def allow_company(bureau: Bureau, *, company_id: int) -> Company:
    return bureau.put_company(replace(bureau.known_company(company_id), denied_with=None))


def add_login(bureau: Bureau, *, email: str, debtor_id: int, name: str = "") -> ClientLogin:
    """Give a person a login at a debtor. Consents given before do not cover it."""
    bureau.known_debtor(debtor_id)
    if not email.strip():
        raise OrderRefused("an e-mail address must not be empty")
    return bureau.put_login(ClientLogin(email=email, name=name or email, debtor_id=debtor_id))


def remove_login(bureau: Bureau, *, email: str, debtor_id: int) -> ClientLogin:
    """Take a login away; what was consented to with it ends."""
    return bureau.remove_login(email, debtor_id)


def forbid_call(bureau: Bureau, *, operation: str) -> frozenset[str]:
    """Switch off a call, such as ``Run_GetList``, ``CompanyService/List_GetAll``, ``rest/runs``."""
    bureau.forbidden_calls.add(operation)
    return frozenset(bureau.forbidden_calls)


def allow_call(bureau: Bureau, *, operation: str) -> frozenset[str]:
    bureau.forbidden_calls.discard(operation)
    return frozenset(bureau.forbidden_calls)


def change_token(bureau: Bureau, *, token: str) -> Access:
    """Accept another token, and no longer the one before."""
    if not token:
        raise OrderRefused("a token must not be empty")
    bureau.access = replace(bureau.access, token=token)
    return bureau.access


CHANGES = (
    add_debtor,
    rename_debtor,
    hide_debtor,
    show_debtor,
    add_company,
    rename_company,
    move_company,
    hide_company,
    show_company,
    deny_company,
    allow_company,
    add_login,
    remove_login,
    forbid_call,
    allow_call,
    change_token,
)
