"""Saying no the way Nmbrs does: a SOAP fault whose text holds a code."""

from nmbrs_sandbox.payroll.world import NO_RIGHT_TO_COMPANY, NOT_VISIBLE

INVALID_AUTHENTICATION = 1001
SWITCHED_OFF = 1002
INVALID_PERIOD = 2006
INVALID_COST_ID = 2037
INVALID_COST_CODE = 2038
DUPLICATE_COST_CODE = 2039
_TITLES = {
    INVALID_AUTHENTICATION: "Invalid Authentication",
    SWITCHED_OFF: "Unauthorized Access. This call is switched off in the API user template.",
    NOT_VISIBLE: "Unauthorized Access. The id is not visible or does not exist.",
    NO_RIGHT_TO_COMPANY: "Unauthorized Access to company",
    INVALID_PERIOD: "Invalid Period",
    INVALID_COST_ID: "Invalid cost center id",
    INVALID_COST_CODE: "Invalid cost center code",
    DUPLICATE_COST_CODE: "Duplicate cost center code",
}
_SERVER = "System.Web.Services.Protocols.SoapException: Server was unable to process request."


class SoapFault(Exception):
    """The call is answered with that fault, and nothing was changed.

    ``code`` is what the log notes: a number of Nmbrs', or the word ``text`` begins with.
    """

    def __init__(self, text: str, *, code: str, is_callers_mistake: bool) -> None:
        super().__init__(text)
        self.text = text
        self.code = code
        self.faultcode = "soap:Client" if is_callers_mistake else "soap:Server"


def refusal(code: int) -> SoapFault:
    """Return the fault Nmbrs answers with that code."""
    return coded_fault(str(code), _TITLES[code])


def coded_fault(code: str, text: str) -> SoapFault:
    """Return a fault with any code and text; an empty code leaves only the text."""
    said = f"{code}: {text}" if code else text
    return SoapFault(f"{_SERVER} ---> {said}", code=code, is_callers_mistake=False)


def malformed(word: str, details: str) -> SoapFault:
    """Return the fault for a request that does not keep to the WSDL; its word is our own."""
    code = f"SANDBOX_{word}"
    return SoapFault(f"{code}: {details}", code=code, is_callers_mistake=True)
