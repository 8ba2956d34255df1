"""What a webhook may tell: the notices of its kinds and debtors that still stand."""

from django.db.models import Q, QuerySet

from tilisilta.domain.notices import NoticeKind
from tilisilta.models import Delivery, Notice, ToldNotice, Webhook


def may_be_told(webhook: Webhook) -> Q:
    """Return the condition by which users are told as well, see ``services.notices.audience``."""
    if webhook.sees_all_debtors:
        # Of a month that is complete for one debtor those are told who do not see all.
        return ~Q(kind=NoticeKind.COMPLETE, debtor__isnull=False)
    debtors = webhook.debtors.values("pk")
    of_company = Q(company__debtor__in=debtors)
    of_debtor = Q(company__isnull=True, debtor__in=debtors)
    return of_company | of_debtor | Q(connection__isnull=False)


def still_told(webhook: Webhook) -> QuerySet[Notice]:
    """Return the notices that stand and are for ``webhook``, told or not."""
    return Notice.objects.open().filter(may_be_told(webhook), kind__in=webhook.kinds)


def holds(delivery: Delivery, webhook: Webhook) -> bool:
    """Return whether all that a message tells still stands and is for ``webhook``."""
    told = ToldNotice.objects.filter(delivery=delivery).values("notice")
    return still_told(webhook).filter(pk__in=told).count() == delivery.notice_count
