"""Which pair of a company and an administration a person has seen and confirmed."""

import hashlib

from tilisilta.services.link_proposals import Pairing


def mark_of(pairing: Pairing) -> str:
    """Return a mark of both sides and of the other companies there, as they are now.

    A confirmation counts for what was shown with it: when a name or business ID changes, or another
    company is linked there, the mark is another.
    """
    company, account = pairing.company, pairing.account
    shown = (
        str(company.number),
        str(account.procountor_company_id),
        *(company.name, company.business_id, account.company_name, account.business_id),
        *sorted(str(other.pk) for other in pairing.others),
    )
    return hashlib.sha256("\n".join(shown).encode()).hexdigest()
