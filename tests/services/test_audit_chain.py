"""Sealing the audit log, and what the database and the chain do against altering it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from tests.flushing import past_the_triggers

from tilisilta.domain.audit_chain import BreakKind
from tilisilta.models import AuditEntry, AuditHead, AuditSeal
from tilisilta.models.append_only import missing_triggers
from tilisilta.services import audit
from tilisilta.services.audit_chain import has_been_head, seal_entries, standing_of_chain

Action = AuditEntry.Action


def record(count: int = 1) -> list[AuditEntry]:
    return [
        audit.record(Action.DEBTOR_ADDED, user=None, name=f"{number} Koivulammi")
        for number in range(count)
    ]


def seal(*, looks_at_all: bool = True) -> int:
    return seal_entries(timezone.now(), looks_at_all=looks_at_all)


def execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def break_found() -> tuple[BreakKind, int] | None:
    found = standing_of_chain().examined.first_break
    return (found.kind, found.position) if found else None


@pytest.mark.django_db
class TestSealEntries:
    def test_links_them_in_the_order_of_their_ids(self) -> None:
        made = record(3)

        assert seal() == 3

        seals = list(AuditSeal.objects.order_by("position"))
        head = AuditHead.objects.get()
        assert [one.entry_id for one in seals] == [entry.pk for entry in made]
        assert [one.previous for one in seals[1:]] == [one.digest for one in seals[:-1]]
        assert (head.position, head.digest) == (3, seals[-1].digest)

    def test_continues_where_it_stopped(self) -> None:
        record(2)
        seal()
        record(2)

        assert (seal(), seal()) == (2, 0)
        assert standing_of_chain().is_whole
        assert standing_of_chain().examined.head.position == 4

    def test_seals_a_late_entry_with_a_lower_id(self) -> None:
        """A transaction that takes long is committed after others that began later."""
        first = record()[0]
        AuditEntry.objects.bulk_create([AuditEntry(pk=first.pk + 10, at=first.at, action="x")])
        seal(looks_at_all=False)
        AuditEntry.objects.bulk_create([AuditEntry(pk=first.pk + 5, at=first.at, action="x")])

        assert seal(looks_at_all=False) == 1
        assert standing_of_chain().is_whole

    def test_says_what_is_not_sealed_yet(self) -> None:
        record(2)
        seal()
        record(3)

        standing = standing_of_chain()

        assert standing.is_whole
        assert standing.unsealed == 3

    def test_keeps_what_an_entry_says(self) -> None:
        """Values of every kind, as each of the databases gives them back."""
        entry = audit.entry(Action.USER_CHANGED, user=None, name='\N{GREEK SMALL LETTER MU} "\\\n')
        entry.changes = [{"field": "is_active", "before": True, "after": None}, 7, "text"]
        entry.save(force_insert=True)
        seal()

        assert standing_of_chain().is_whole


@pytest.mark.django_db(transaction=True)
class TestSealingAtOnce:
    def test_two_workers_never_continue_the_same_seal(self) -> None:
        def record_and_seal(worker: int) -> None:
            try:
                for turn in range(12):
                    with transaction.atomic():
                        record(2)
                        if (turn + worker) % 4 == 0:
                            transaction.set_rollback(True)
                    seal(looks_at_all=bool(turn % 2))
            finally:
                connection.close()

        with ThreadPoolExecutor(4) as pool:
            for done in [pool.submit(record_and_seal, worker) for worker in range(4)]:
                done.result(timeout=60)
        seal()

        standing = standing_of_chain()
        assert standing.is_whole
        assert standing.unsealed == 0
        assert standing.examined.head.position == AuditEntry.objects.count() == 4 * 9 * 2

    def test_sealing_does_not_wait_for_a_transaction_that_records(self) -> None:
        if connection.vendor == "sqlite":
            pytest.skip("SQLite has one writer at a time in any case.")
        record(2)
        has_recorded, is_sealed = Event(), Event()

        def record_slowly() -> None:
            try:
                with transaction.atomic():
                    record()
                    has_recorded.set()
                    assert is_sealed.wait(timeout=20)
            finally:
                connection.close()

        with ThreadPoolExecutor(1) as pool:
            slow = pool.submit(record_slowly)
            assert has_recorded.wait(timeout=20)
            count = seal()
            is_sealed.set()
            slow.result(timeout=20)

        assert (count, seal()) == (2, 1)
        assert standing_of_chain().is_whole

    def test_recording_does_not_wait_for_sealing(self) -> None:
        if connection.vendor == "sqlite":
            pytest.skip("SQLite has one writer at a time in any case.")
        record()
        with transaction.atomic():
            seal()
            with ThreadPoolExecutor(1) as pool:

                def record_and_close() -> None:
                    try:
                        record()
                    finally:
                        connection.close()

                pool.submit(record_and_close).result(timeout=20)

        assert (seal(), standing_of_chain().is_whole) == (1, True)


CHANGES = (
    "UPDATE tilisilta_auditentry SET facts = '{}'",
    "UPDATE tilisilta_auditentry SET user_name = 'somebody'",
    "UPDATE tilisilta_auditentry SET salt = '', masked_by_id = id",
    "DELETE FROM tilisilta_auditentry",
    "UPDATE tilisilta_auditseal SET digest = 'x'",
    "DELETE FROM tilisilta_auditseal",
    "UPDATE tilisilta_audithead SET digest = 'x'",
    "DELETE FROM tilisilta_audithead",
)
TRUNCATIONS = ("TRUNCATE tilisilta_auditentry CASCADE", "TRUNCATE tilisilta_audithead")


@pytest.mark.django_db
class TestTriggers:
    @pytest.mark.parametrize("statement", CHANGES)
    def test_refuse_it(self, statement: str) -> None:
        record()
        seal()

        with (
            pytest.raises(DatabaseError, match="The audit log is append-only"),
            transaction.atomic(),
        ):
            execute(statement)

        assert standing_of_chain().is_whole

    @pytest.mark.parametrize("statement", TRUNCATIONS)
    def test_refuse_to_empty_a_table(self, statement: str) -> None:
        if connection.vendor == "sqlite":
            pytest.skip("SQLite knows no TRUNCATE.")
        record()
        seal()
        # Foreign keys that are still to be checked would be a reason of their own.
        execute("SET CONSTRAINTS ALL IMMEDIATE")

        with (
            pytest.raises(DatabaseError, match="The audit log is append-only"),
            transaction.atomic(),
        ):
            execute(statement)

    def test_refuse_what_is_not_sealed_too(self) -> None:
        entry = record()[0]

        with (
            pytest.raises(DatabaseError, match="The audit log is append-only"),
            transaction.atomic(),
        ):
            entry.delete()

    def test_are_in_place_after_all_migrations(self) -> None:
        """A migration that makes one of the tables anew has to put them back."""
        assert missing_triggers(connection) == ()

    def test_are_missed_where_they_are_gone(self) -> None:
        with past_the_triggers():
            standing = standing_of_chain()

        assert "audit_entry_deleted" in standing.missing_triggers
        assert not standing.is_whole


def change(entry: AuditEntry) -> None:
    AuditEntry.objects.filter(pk=entry.pk).update(facts={"name": "another"})


def date_back(entry: AuditEntry) -> None:
    AuditEntry.objects.filter(pk=entry.pk).update(at=entry.at - timedelta(seconds=1))


def unseal(entry: AuditEntry) -> None:
    AuditSeal.objects.filter(entry=entry).delete()


def remove(entry: AuditEntry) -> None:
    unseal(entry)
    AuditEntry.objects.filter(pk=entry.pk).delete()


def swap(entry: AuditEntry) -> None:
    other = AuditEntry.objects.exclude(pk=entry.pk).latest("pk")
    for one, two in ((entry, other), (other, entry)):
        AuditEntry.objects.filter(pk=one.pk).update(facts=two.facts, at=two.at)


@pytest.mark.django_db
class TestStandingOfChain:
    @pytest.mark.parametrize("place", [1, 3, 5])
    @pytest.mark.parametrize(
        ("tamper", "kind"),
        [
            (change, BreakKind.CHANGED),
            (date_back, BreakKind.CHANGED),
            (unseal, BreakKind.SEAL_GONE),
            (remove, BreakKind.SEAL_GONE),
            (swap, BreakKind.CHANGED),
        ],
    )
    def test_finds_what_was_written_past_the_triggers(
        self, place: int, tamper: Callable[[AuditEntry], None], kind: BreakKind
    ) -> None:
        made = record(6)
        seal()

        with past_the_triggers():
            tamper(made[place - 1])

        assert break_found() == (kind, place)

    @pytest.mark.parametrize("tamper", [unseal, remove])
    def test_finds_an_end_that_was_cut_off(self, tamper: Callable[[AuditEntry], None]) -> None:
        made = record(3)
        seal()

        with past_the_triggers():
            tamper(made[-1])

        assert break_found() == (BreakKind.END_GONE, 3)

    @pytest.mark.parametrize("digest", ["0" * 64, "f" * 64])
    def test_finds_a_head_that_was_put_back(self, digest: str) -> None:
        record(3)
        seal()
        second = AuditSeal.objects.get(position=2)

        with past_the_triggers():
            AuditHead.objects.update(position=2, digest=second.digest)

        assert break_found() == (BreakKind.HEAD_PUT_BACK, 3)
        with past_the_triggers():
            AuditHead.objects.update(digest=digest)
        assert break_found() == (BreakKind.END_GONE, 3)

    def test_still_finds_it_when_sealing_went_on(self) -> None:
        made = record(3)
        seal()
        with past_the_triggers():
            remove(made[-1])

        record(2)
        seal()

        assert break_found() == (BreakKind.SEAL_GONE, 3) or break_found() == (BreakKind.LINK, 3)

    def test_finds_a_log_that_was_emptied(self) -> None:
        record(3)
        seal()

        with past_the_triggers():
            AuditSeal.objects.all().delete()
            AuditEntry.objects.all().delete()

        assert break_found() == (BreakKind.END_GONE, 1)

    def test_finds_an_entry_that_was_added_with_an_earlier_date(self) -> None:
        record(2)
        seal()
        late = audit.entry(Action.LOGGED_IN, user=None)
        late.at -= timedelta(days=40)
        late.save(force_insert=True)

        assert seal() == 1
        standing = standing_of_chain()

        assert not standing.is_whole
        assert [one.entry.id for one in standing.examined.dated_back if one.entry] == [late.pk]

    def test_is_asked_for_a_head_that_was_noted(self) -> None:
        record()
        seal()
        noted = standing_of_chain().examined.head.digest
        record()
        seal()

        assert has_been_head(noted.upper() + "\n")
        assert not has_been_head("0" * 64)
