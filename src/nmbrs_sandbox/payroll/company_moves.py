"""Orders about companies and debtors: add, rename, move, hide, refuse."""

from dataclasses import replace

from nmbrs_sandbox.payroll.bureau import State
from nmbrs_sandbox.payroll.fields import OrderRefused, order
from nmbrs_sandbox.payroll.runs import monthly_runs
from nmbrs_sandbox.payroll.sample import small_payroll
from nmbrs_sandbox.payroll.world import Company, CostItem, Debtor
from nmbrs_sandbox.soap.refusals import NO_RIGHT_TO_COMPANY, NOT_VISIBLE

_MOST_RUNS = 120


class CompanyOrders(State):
    """What can be done to companies and debtors."""

    @order
    def add_debtor(self, *, number: str, name: str) -> Debtor:
        """Add a debtor without companies."""
        debtor_id = 1 + max((one.debtor_id for one in self.debtors()), default=7100)
        return self.put_debtor(Debtor(debtor_id=debtor_id, number=number, name=name))

    @order
    def rename_debtor(self, *, debtor_id: int, name: str) -> Debtor:
        """Give a debtor another name."""
        return self.put_debtor(replace(self.known_debtor(debtor_id), name=name))

    @order
    def add_company(
        self, *, debtor_id: int, number: int, name: str, runs: int = 1, year: int = 2026
    ) -> Company:
        """Add a company with that many monthly runs from January on, and an invented payroll.

        Another debtor may have a company of the same number, the same debtor may not.
        """
        self.known_debtor(debtor_id)
        if not (0 <= runs <= _MOST_RUNS and 2000 <= year <= 2080):
            raise OrderRefused(f"at most {_MOST_RUNS} runs, in this century")
        if (debtor_id, number) in {(one.debtor_id, one.number) for one in self.companies()}:
            raise OrderRefused(f"debtor {debtor_id} has a company {number} already")
        payroll = small_payroll(number, "210", f"{9000 + number % 97 * 100}.00")
        first_run = 1 + max((run.run_id for one in self.companies() for run in one.runs), default=0)
        company = Company(
            company_id=1 + max((one.company_id for one in self.companies()), default=48100),
            number=number,
            name=name,
            debtor_id=debtor_id,
            payroll=payroll,
            runs=monthly_runs(payroll, runs, first_id=first_run, year=year),
            active_year=year,
        )
        centers = (("100", "Hallinto"), ("210", "Tuotanto"))
        items = (
            CostItem(item_id=company.company_id * 100 + n, code=code, description=description)
            for n, (code, description) in enumerate(centers, start=51)
        )
        return self.put_company(replace(company, cost_centers=tuple(items)))

    @order
    def rename_company(self, *, company_id: int, name: str) -> Company:
        """Give a company another name."""
        return self.put_company(replace(self.known_company(company_id), name=name))

    @order
    def move_company(self, *, company_id: int, debtor_id: int) -> Company:
        """Move a company to another debtor."""
        self.known_debtor(debtor_id)
        return self.put_company(replace(self.known_company(company_id), debtor_id=debtor_id))

    @order
    def hide_company(self, *, company_id: int) -> Company:
        """Take a company out of every answer, as a tag filter does."""
        return self.put_company(replace(self.known_company(company_id), is_hidden=True))

    @order
    def show_company(self, *, company_id: int) -> Company:
        """Put a hidden company back."""
        return self.put_company(replace(self.known_company(company_id), is_hidden=False))

    @order
    def hide_debtor(self, *, debtor_id: int) -> Debtor:
        """Take a debtor and its companies out of every answer."""
        return self.put_debtor(replace(self.known_debtor(debtor_id), is_hidden=True))

    @order
    def show_debtor(self, *, debtor_id: int) -> Debtor:
        """Put a hidden debtor back."""
        return self.put_debtor(replace(self.known_debtor(debtor_id), is_hidden=False))

    @order
    def deny_company(self, *, company_id: int, code: int = NOT_VISIBLE) -> Company:
        """Refuse every call for a company, which stays in the lists, with 1003 or 2004."""
        if code not in {NOT_VISIBLE, NO_RIGHT_TO_COMPANY}:
            raise OrderRefused(f"a company is denied with {NOT_VISIBLE} or {NO_RIGHT_TO_COMPANY}")
        return self.put_company(replace(self.known_company(company_id), denied_with=code))

    @order
    def allow_company(self, *, company_id: int) -> Company:
        """Answer calls for a company again."""
        return self.put_company(replace(self.known_company(company_id), denied_with=None))
