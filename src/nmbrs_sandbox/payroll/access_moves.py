"""The payroll bureau the stand-in has: its state, and every order that changes it."""

from dataclasses import replace

from nmbrs_sandbox.payroll.company_moves import CompanyOrders
from nmbrs_sandbox.payroll.cost_moves import CostOrders
from nmbrs_sandbox.payroll.fields import OrderRefused, order
from nmbrs_sandbox.payroll.run_moves import RunOrders
from nmbrs_sandbox.payroll.world import Access


class Bureau(RunOrders, CompanyOrders, CostOrders):
    """A payroll bureau. Orders about who may call what are here; the others come from elsewhere."""

    @order
    def forbid_call(self, *, operation: str) -> frozenset[str]:
        """Switch a call off, such as ``Run_GetList`` or ``CompanyService/List_GetAll``."""
        self.forbidden_calls.add(operation)
        return frozenset(self.forbidden_calls)

    @order
    def allow_call(self, *, operation: str) -> frozenset[str]:
        """Switch a call on again, by the name it was switched off with."""
        self.forbidden_calls.discard(operation)
        return frozenset(self.forbidden_calls)

    @order
    def change_token(self, *, token: str) -> Access:
        """Let people in with another token from now on."""
        if not token:
            raise OrderRefused("a token must not be empty")
        self.access = replace(self.access, token=token)
        return self.access
