"""How a company of a list and the administration behind its account go together."""

from enum import StrEnum

from tilisilta.domain.company_match import Agreement, CompanyMatch


class Standing(StrEnum):
    """What can be done about a company of a list."""

    MATCH = "match"
    NAMES_DIFFER = "names"
    IDS_DIFFER = "ids"
    BOTH_DIFFER = "both"
    LITTLE_KNOWN = "unknown"
    ADMINISTRATION_TAKEN = "taken"
    NAMES_MISSING = "missing"
    ACCOUNT_TAKEN = "account"
    LINKED_ELSEWHERE = "elsewhere"
    NOT_AUTHORISED = "authorise"
    KEY_REFUSED = "key"
    NO_ANSWER = "silent"
    REFUSED = "refused"
    LINE_WRONG = "line"
    LINKED = "linked"

    @property
    def needs_confirmation(self) -> bool:
        """Return whether a person can confirm, by naming both, that the two belong together."""
        return self in _TO_CONFIRM

    @property
    def needs_authorisation(self) -> bool:
        return self in {Standing.NOT_AUTHORISED, Standing.KEY_REFUSED}

    @property
    def is_settled(self) -> bool:
        """Return whether nothing is left to be done."""
        return self == Standing.LINKED


_TO_CONFIRM = frozenset(
    {
        Standing.NAMES_DIFFER,
        Standing.IDS_DIFFER,
        Standing.BOTH_DIFFER,
        Standing.LITTLE_KNOWN,
        Standing.ADMINISTRATION_TAKEN,
    }
)


def standing_of(match: CompanyMatch, *, is_taken: bool) -> Standing:
    """Return how a pair stands; one that another company has as well ``is_taken``.

    Only what agrees, and nobody else has, is linked together with others.
    """
    is_name = match.name == Agreement.DIFFERENT
    is_id = match.business_id == Agreement.DIFFERENT
    if is_name and is_id:
        return Standing.BOTH_DIFFER
    if is_name or is_id:
        return Standing.NAMES_DIFFER if is_name else Standing.IDS_DIFFER
    if not match.is_equal:
        return Standing.LITTLE_KNOWN
    return Standing.ADMINISTRATION_TAKEN if is_taken else Standing.MATCH
