"""Short ways to webhooks and to notices for them."""

from datetime import datetime

from tests.bureau import NOW

from tilisilta.domain.notices import Matter, NoticeKind
from tilisilta.models import Company, Notice, Webhook
from tilisilta.services.webhooks.managing import MadeWebhook, Wanted, create_webhook


def a_webhook(
    url: str, *, form: Webhook.Format = Webhook.Format.OWN, **more: object
) -> MadeWebhook:
    wanted = Wanted(**{"name": "payroll robot", "format": form, "address": url, **more})  # type: ignore[arg-type]
    return create_webhook(wanted, user=None, now=NOW)


def raise_notices(
    *companies: Company, at: datetime, kind: NoticeKind = NoticeKind.READY, code: str = ""
) -> list[Notice]:
    return Notice.objects.bulk_create(
        Notice.about(
            Matter(
                kind=kind,
                code=code,
                month=at.date().replace(day=1),
                company_id=company.pk,
                debtor_id=company.debtor_id,
            ),
            raised_at=at,
        )
        for company in companies
    )
