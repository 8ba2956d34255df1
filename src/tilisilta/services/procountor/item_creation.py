"""Creates dimension items in Procountor: for a sending, or when a person asks for them (R6)."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from tilisilta.clients.procountor.client import ProcountorClient
from tilisilta.clients.procountor.errors import ProcountorRejected
from tilisilta.domain.administrations import Administration, Dimension
from tilisilta.domain.cost_objects import item_description
from tilisilta.domain.dimensions import DimensionKind, ItemIndex, find_dimensions
from tilisilta.domain.problems import ProblemCode
from tilisilta.errors import NeedsAttention, OutcomeUnknown, TilisiltaError, TryAgainLater
from tilisilta.models import Link, ProcountorAccount, User
from tilisilta.services import audit
from tilisilta.services.cost_objects import cost_object_descriptions
from tilisilta.services.procountor.administrations import forget_administration, read_administration
from tilisilta.services.procountor.client import procountor

# Longer than any caller creates items in one go, see the ``until`` of ``make_items``.
_LEASE = timedelta(minutes=5)
_LONGEST_WAIT_SECONDS = 20


@dataclass(frozen=True, kw_only=True)
class WantedItem:
    """An item for a cost center or unit, missing in the dimension of this name."""

    kind: DimensionKind
    dimension_name: str
    code: str


@dataclass(frozen=True, kw_only=True)
class MadeItems:
    """The result of making items, by their codes.

    An item that existed already is in none of the lists. ``left`` were not tried, or have no known
    outcome; ``trouble`` is the error that ended the work early. For ``without_dimension`` there is
    no dimension of that name, or several.
    """

    created: tuple[str, ...] = ()
    refused: tuple[tuple[str, ProcountorRejected], ...] = ()
    left: tuple[str, ...] = ()
    without_dimension: tuple[str, ...] = ()
    trouble: TilisiltaError | None = None


class VerifyOnly(NeedsAttention):
    """The link only compares payroll with the ledger; nothing is written to Procountor."""

    code = ProblemCode.VERIFY_ONLY

    def __init__(self, link: Link) -> None:
        super().__init__(f"{link} is verify only.")
        self.facts = {"company": link.company.name}


class _HeldUp(TryAgainLater):
    """Another process creates items with the same account, and takes long."""

    code = ProblemCode.ITEMS_BEING_CREATED


def make_items(
    link: Link,
    wanted: Sequence[WantedItem],
    *,
    user: User | None,
    now: datetime,
    until: float,
) -> MadeItems:
    """Create the ``wanted`` items that are still missing, with their names in Nmbrs.

    One process at a time does so per account, and reads the company right before and after. So an
    item that another process has created, or whose creation gave no answer, is not created twice.
    A refusal concerns one item, and the others are created all the same; any other error ends the
    work. No item is begun after ``until`` on the monotonic clock, except the first.
    """
    if link.is_verify_only:
        return MadeItems(left=tuple(one.code for one in wanted), trouble=VerifyOnly(link))
    maker = _Maker(link, user=user, now=now)
    try:
        with _alone(link.procountor_account):
            maker.choose(wanted)
            while maker.goes_on(until):
                maker.create(until)
                maker.verify()
    except TilisiltaError as error:
        maker.trouble = maker.trouble or error
        if not maker.has_chosen:
            return MadeItems(
                left=tuple(dict.fromkeys(one.code for one in wanted)),
                trouble=error,
            )
    return maker.result()


@dataclass(frozen=True, kw_only=True)
class _NewItem:
    """An item to create, in the dimension it goes to."""

    dimension: Dimension
    code: str
    description: str

    def is_in(self, administration: Administration) -> bool:
        return any(
            item.code == self.code
            for dimension in administration.dimensions
            if dimension.dimension_id == self.dimension.dimension_id
            for item in dimension.items
        )


class _Maker:
    """Creates items one by one, and remembers the outcome of each."""

    def __init__(self, link: Link, *, user: User | None, now: datetime) -> None:
        self.trouble: TilisiltaError | None = None
        self.has_chosen = False
        self._link, self._user, self._now = link, user, now
        self._left: list[_NewItem] = []
        self._created: list[_NewItem] = []
        self._refused: list[tuple[_NewItem, ProcountorRejected]] = []
        self._without_dimension: tuple[str, ...] = ()

    def choose(self, wanted: Sequence[WantedItem]) -> None:
        """Read the company, and choose the items it still lacks, each once.

        Two names may mean the same dimension. What a journal line would match is not missing.
        """
        administration = self._read()
        described = cost_object_descriptions(self._link.company)
        chosen: dict[tuple[int, str], _NewItem] = {}
        without: list[str] = []
        indexes: dict[int, ItemIndex] = {}
        for one in wanted:
            dimensions = find_dimensions(one.dimension_name, administration.dimensions)
            if len(dimensions) != 1:
                without.append(one.code)
                continue
            (dimension,) = dimensions
            index = indexes.setdefault(dimension.dimension_id, ItemIndex(dimension))
            if index.find(one.code).candidates:
                continue
            description = described[one.kind].get(one.code, "")
            chosen.setdefault(
                (dimension.dimension_id, one.code),
                _NewItem(
                    dimension=dimension,
                    code=one.code,
                    description=item_description(one.code, description),
                ),
            )
        self._left = list(chosen.values())
        self._without_dimension = tuple(dict.fromkeys(without))
        self.has_chosen = True

    def goes_on(self, until: float) -> bool:
        """Return whether there are items left, time, and no trouble."""
        is_begun = bool(self._created or self._refused)
        is_late = is_begun and time.monotonic() >= until
        return bool(self._left) and self.trouble is None and not is_late

    def create(self, until: float) -> None:
        """Create what is left until the time is up or something prevents it."""
        try:
            with procountor(self._link.procountor_account) as client:
                while self.goes_on(until):
                    self._create_next(client)
        except TilisiltaError as error:
            self.trouble = error

    def verify(self) -> None:
        """Read the company again: an item that exists now was created, whatever the answer was."""
        administration = self._read()
        if isinstance(self.trouble, OutcomeUnknown) and self._left[0].is_in(administration):
            self.trouble = None
            self._note_created(self._left.pop(0))
        # A person created it in Procountor between our read and our request.
        self._refused = [one for one in self._refused if not one[0].is_in(administration)]

    def result(self) -> MadeItems:
        return MadeItems(
            created=tuple(one.code for one in self._created),
            refused=tuple((one.code, error) for one, error in self._refused),
            left=tuple(one.code for one in self._left),
            without_dimension=self._without_dimension,
            trouble=self.trouble,
        )

    def _create_next(self, client: ProcountorClient) -> None:
        item = self._left[0]
        try:
            client.create_dimension_item(item.dimension.dimension_id, item.code, item.description)
        except ProcountorRejected as error:
            self._refused.append((item, error))
        else:
            self._note_created(item)
        self._left.pop(0)

    def _note_created(self, item: _NewItem) -> None:
        # Recorded at once and one by one: after a crash no created item lacks its entry.
        audit.record(
            audit.Action.ITEMS_CREATED,
            user=self._user,
            company=self._link.company,
            items=item.code,
            dimension=item.dimension.name,
        )
        self._created.append(item)

    def _read(self) -> Administration:
        account = self._link.procountor_account
        try:
            return read_administration(account, now=self._now, age_limit=timedelta(0))
        except TilisiltaError:
            # The stored administration may lack the items just created.
            forget_administration(account)
            raise


@contextmanager
def _alone(account: ProcountorAccount) -> Iterator[None]:
    """Take the account's lease for creating items; wait while another process has it.

    A database lock would be held for as long as Procountor takes to answer.
    """
    give_up_at = time.monotonic() + _LONGEST_WAIT_SECONDS
    while (leased_until := _take_lease(account, timezone.now())) is None:
        if time.monotonic() > give_up_at:
            raise _HeldUp("Another process is creating dimension items.")
        time.sleep(0.05)
    try:
        yield
    finally:
        # Only our own lease: if it ran out, another process may hold a newer one.
        ProcountorAccount.objects.filter(pk=account.pk, items_leased_until=leased_until).update(
            items_leased_until=None
        )


def _take_lease(account: ProcountorAccount, now: datetime) -> datetime | None:
    until = now + _LEASE
    # A lease that ends much later than ours would was taken by a clock that ran ahead, and does not
    # count. Others read the clock a little later than we do, so twice the lease is allowed.
    held = Q(items_leased_until__range=(now, until + _LEASE))
    free = Q(items_leased_until__isnull=True) | ~held
    taken = ProcountorAccount.objects.filter(free, pk=account.pk).update(items_leased_until=until)
    return until if taken else None
