"""Scopes: what a consent may cover, and what of it each call needs."""

OFFLINE_ACCESS = "offline_access"
USER_INFO = ("user.info.read",)
# Either of them.
COMPANY_INFO = ("company.info", "company.info.read")
PAYROLL_SETTINGS = ("company.payrollsettings.read",)
COMPANY_DOCUMENT = ("company.document.read",)
DOCUMENT = ("document.read",)
DOCUMENT_SCOPES = (*COMPANY_DOCUMENT, *DOCUMENT)
_WITH_READ_AND_WRITE = (
    "company.info",
    *(
        f"employee.{subject}"
        for subject in (
            "bankaccount",
            "document",
            "employment",
            "info",
            "leave",
            "orgstructure",
            "payment",
            "payrollsettings",
        )
    ),
)
# Those of the published operations. Others exist that guard none, and are refused here.
KNOWN = frozenset(
    {
        OFFLINE_ACCESS,
        *USER_INFO,
        *PAYROLL_SETTINGS,
        *COMPANY_DOCUMENT,
        *DOCUMENT,
        "company.leave.read",
        "debtor.info.read",
        *_WITH_READ_AND_WRITE,
        *(f"{one}.read" for one in _WITH_READ_AND_WRITE),
    }
)


def unknown_scopes(scopes: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(one for one in scopes if one not in KNOWN)
