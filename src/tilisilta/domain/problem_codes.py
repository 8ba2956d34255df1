"""Every kind of problem: its code, what it does, and the facts that its text may name.

A code is declared once, here. The named facts are an invented example of a case, as the sample
bureau might have it: *Common errors* shows the texts filled with them. Further names are facts
that only some cases have. ``tilisilta.domain.problems`` explains the facts, and the texts are in
``tilisilta.services.explanations``.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Self


class Effect(StrEnum):
    """What a problem does to the journal or the action it is about.

    What ``STOPS`` continues only after a person has put something right. What ``INFORMS`` delays
    nothing. What ``WAITS`` ends by itself.
    """

    STOPS = "stops"
    INFORMS = "informs"
    WAITS = "waits"


@dataclass(frozen=True, kw_only=True)
class Declared:
    """What is known of a kind of problem; ``more`` are facts that ``example`` does not have."""

    code: str
    effect: Effect = Effect.STOPS
    is_suspicion: bool = False
    example: tuple[tuple[str, str], ...] = ()
    more: tuple[str, ...] = ()


def _stops(code: str, /, *more: str, **example: str) -> Declared:
    return Declared(code=code, example=tuple(example.items()), more=more)


def _informs(code: str, /, *more: str, **example: str) -> Declared:
    return replace(_stops(code, *more, **example), effect=Effect.INFORMS)


def _waits(code: str, /, *more: str, **example: str) -> Declared:
    return replace(_stops(code, *more, **example), effect=Effect.WAITS)


def _suspects(code: str, /, *more: str, **example: str) -> Declared:
    return replace(_informs(code, *more, **example), is_suspicion=True)


# Where a value stands in a file.
_PLACE = ("column", "element", "row")


class ProblemCode(StrEnum):
    """Every problem we know, by a code that stays the same for ever.

    ``effect`` is the same in every case. A journal with a problem that ``is_suspicion`` balances
    and is probably wrong: it is sent alone, by a person who has seen the problem, never along with
    others. ``example`` has the facts of an invented case, and ``fact_names`` are all that a case
    may have.
    """

    effect: Effect
    is_suspicion: bool
    example: tuple[tuple[str, str], ...]
    fact_names: frozenset[str]

    def __new__(cls, declared: Declared | str) -> Self:
        """Make a member whose value is the code. A plain code stops and has no facts."""
        declaration = declared if isinstance(declared, Declared) else Declared(code=declared)
        member = str.__new__(cls, declaration.code)
        member._value_ = declaration.code
        member.effect = declaration.effect
        member.is_suspicion = declaration.is_suspicion
        member.example = declaration.example
        member.fact_names = frozenset((*declaration.more, *dict(declaration.example)))
        return member

    # Guards: the journal as a whole must not be sent (R10).
    TEST_COMPANY = _stops("N01", company="Koivulammi Testi Oy")
    DEBTOR_BLOCKED = _stops(
        "N02", "reason", company="Pajulahti Sahat Oy", debtor="Pajulahti-konserni"
    )
    ACCOUNT_NOT_AUTHORISED = _stops("N03", "reason", account_name="Saaristo Siivous")
    NOT_LINKED = _stops("N04", company="Koivulammi Konepaja Oy")
    ACCOUNT_TAKEN = "N05"
    RIGHT_MISSING = "N06"
    # The journal against the administration.
    LEDGER_ACCOUNT_UNKNOWN = _stops(
        "N07", "role", "meant", "mapped_from", account="5035", near="5030, 5040"
    )
    DIMENSION_UNKNOWN = _stops(
        "N08", "meant", kind="cost_center", name="Osasto", offered="Kustannuspaikka"
    )
    DIMENSION_ITEM_UNKNOWN = _stops(
        "N09",
        "questionable",
        "meant",
        kind="cost_center",
        item="425",
        name="Kustannuspaikka",
        near="420, 430",
    )
    PERIOD_CLOSED = _stops("N10", date="2026-03-31", period="2026-03", reason="tracking-period")
    NOT_BALANCED = _stops("N11", difference="-0.01", dates="2026-05-31 -0.01")
    ALREADY_SENT = _stops("N12", journal="1003-2026-6-1")
    PROCOUNTOR_UNREACHABLE = "N13"
    ZERO_LINES = _informs("N14", reason="zero")
    CHARACTERS_REPLACED = _informs("N15", characters="ő → o, ł → l", count="2")
    PERSONAL_IDENTITY_CODE = _stops("N16", kind="fi")
    CURRENCY_DIFFERS = _stops("N17", currency="EUR", company_currency="SEK")
    VAT_STATUS_MISSING = _stops("N18", vat_status="12")
    LEDGER_ACCOUNT_INACTIVE = _stops(
        "N19",
        "role",
        "meant",
        "mapped_from",
        account="5095",
        name="Urakkapalkat",
        near="5060, 5050",
    )
    DIMENSION_AMBIGUOUS = _stops(
        "N20", kind="cost_center", item="420", name="Kustannuspaikka", offered="420, 0420"
    )
    DIMENSION_ITEM_PASSIVE = _stops(
        "N21", kind="cost_unit", item="P-099", name="Projekti", description="Päättynyt urakka"
    )
    WITHOUT_DIMENSION = _informs("N22", kind="cost_unit", reason="unticked")
    PERIOD_NOT_BALANCED = _stops("N23", date="2026-05-31", period="2026-05", difference="120.50")
    CLEARING_ROWS = _informs(
        "N24", date="2026-05-31", period="2026-05", account="2990", amount="-120.50"
    )
    MOVED_TO_OPEN_DAY = _informs(
        "N25", "period", "reason", date="2026-03-31", moved_to="2026-04-01"
    )
    FALLBACK_USED = _informs(
        "N26", "meant", "mapped_from", "name", account="5035", fallback="5010", near="5030, 5040"
    )
    RUN_DELETED = _informs("N27", run="6/2026", revision="1")
    BEFORE_START = _informs("N28", period="2026-05", start="2026-06-01")
    NEWER_REVISION = _stops("N29", run="6/2026", revision="1")
    EARLIER_REVISION_SENT = _stops("N30", run="6/2026", revision="2")
    TEXT_SHORTENED = _informs("N31", field="description", limit="255")
    NOTHING_TO_BOOK = "N32"
    DIMENSION_USED_TWICE = _stops("N33", kind="cost_unit", name="Kustannuspaikka")
    JOURNAL_TOO_COARSE = _stops("N34", split="cost_unit", company="Saaristo Siivous Oy")
    PERHAPS_BOOKED_ALREADY = _stops("N35", journal="1003-2026-6-1")
    LINK_ENDED = _stops("N36", company="Saaristo Siivous Oy", administration="Saaristo Hoiva Oy")
    PERHAPS_ANOTHER_COMPANYS = _stops("N37", company="Saaristo Hoiva Oy", journal="1003-2026-6-1")
    BOOKED_ELSEWHERE = _informs("N38", administration="Saaristo Hoiva Oy", numbers="12, 15")
    COMPANIES_DIFFER_NOW = _stops(
        "N39", company="Saaristo Siivous Oy", administration="Saaristo Puhtaus Oy"
    )
    # What balances and may still be wrong.
    SIGNS_PERHAPS_REVERSED = _suspects("N40", amount="-31200.00")
    PERIOD_AND_DATE_DIFFER = _informs("N41", period="2026-06", date="2026-07-05")
    ALL_TO_FALLBACK = _stops("N42", fallback="5010")
    PERHAPS_SUMS = _suspects("N43")
    PERHAPS_DOUBLED = _suspects("N44", block="24", count="2")
    PERHAPS_TWO_PAYROLLS = _suspects("N45", period="2026-05")
    ITEMS_TO_BE_MADE = _informs(
        "N46", "more", kind="cost_center", name="Kustannuspaikka", count="2", items="425, 435"
    )
    VERIFY_ONLY = _stops("N47", company="Koivulammi Konepaja Oy")
    # A file that cannot be read into a journal.
    FILE_EMPTY = "F01"
    FILE_TOO_LARGE = _stops("F02", limit="20")
    FILE_TYPE_UNKNOWN = _stops("F03", "element", kind="pdf")
    FILE_TYPE_MISMATCH = _stops("F04", kind="csv", ending=".xlsx")
    XML_MALFORMED = "F05"
    XML_FORBIDDEN = "F06"
    ELEMENT_MISSING = _stops("F07", "row", "value", "reason", element="value")
    AMOUNT_UNREADABLE = _stops("F08", *_PLACE, column="Debet", value="12O,50", reason="unreadable")
    AMOUNT_TOO_PRECISE = _stops("F09", *_PLACE, "reason", column="Debet", value="1234,505")
    DEBIT_CREDIT_UNCLEAR = _stops("F10", *_PLACE, "value", "count", reason="both")
    DATE_UNREADABLE = _stops("F11", *_PLACE, column="Pvm", value="31.6.2026", reason="unreadable")
    ACCOUNT_MISSING = _stops("F12", *_PLACE, "reason", column="Tili")
    COLUMNS_UNKNOWN = _stops("F13", "limit", column="Tili", reason="missing")
    COLUMN_TWICE = _stops("F14", "element", column="Tili")
    NO_LINES = "F15"
    SEVERAL_RUNS = _stops("F16", "currency", "company", run="5, 6", count="2", reason="run")
    OTHER_COMPANY = _stops("F17", "reason", "other", company="1004", expected="1003")
    OTHER_RUN = _stops("F18", journal="1003-2026-6-1")
    SAME_FILE = _stops("F19", other="1004 Saaristo Hoiva Oy")
    ENCODING_UNREADABLE = "F20"
    TOO_MANY_LINES = _stops("F21", limit="200000")
    TEXT_TOO_LONG = _stops("F22", *_PLACE, column="Selite", limit="1000")
    WORKBOOK_UNREADABLE = _stops("F23", "limit", reason="several-sheets", count="2")
    PERIOD_UNREADABLE = _stops("F24", *_PLACE, column="Kausi", value="6/26", reason="unreadable")
    PERIOD_NOT_A_MONTH = _stops(
        "F25", *_PLACE, "period_type", column="Kausi", value="14", reason="number"
    )
    HIDDEN_IN_WORKBOOK = _stops(
        "F26",
        "column",
        "sheet",
        "count",
        reason="rows",
        rows="4-6, 9",
        debit="980.00",
        credit="0.00",
    )
    SIDES_GIVEN = "F27"
    HEADERS_REPEATED = "F28"
    LINES_REPEATED = _stops("F29", block="24", count="2")
    SIE_UNREADABLE = _stops("F30", reason="line")
    DIMENSION_NOT_READ = _informs("F31", name="20 Avdelning")
    JSON_UNREADABLE = _stops("F32", "reason")
    MINUS_AND_SIDE = _informs("F33", count="12")
    COMPANIES_UNKNOWN = _stops("F35", "reason", companies="1015, 1016", count="2")
    ANSWER_NEEDED = _stops("F36", "reason", company="1009 Koivulammi Konepaja Oy")
    COMPANY_NOT_SAID = "F37"
    NO_HEADER_ROW = _stops("F38", count="6")
    NO_DATES = "F39"
    DATES_IN_FILE = _stops("F40", date="2026-07-31")
    DATED_AT_IMPORT = _informs("F41", date="2026-07-31")
    NO_PAYMENT_FILE = _stops("F50", kind="camt.053")
    PAYMENT_FILE_DAMAGED = _stops("F51", "limit", reason="malformed")
    PAYMENT_VALUE_WRONG = _stops("F52", "row", "value", element="InstdAmt", reason="unreadable")
    PAYMENTS_CONTRADICT = _stops(
        "F53", element="GrpHdr/NbOfTxs", said="28", counted="27", reason="count"
    )
    PAYMENT_FILE_KNOWN = _stops("F54", period="2026-06")
    PAYMENT_FILE_REFUSED = _stops("F55", "name")
    CURRENCY_UNKNOWN = _stops("F34", "value", *_PLACE, column="Valuutta")
    # What happened when Nmbrs was asked.
    NMBRS_UNREACHABLE = _waits("P01", "wait")
    NMBRS_LOGIN_REFUSED = _stops("P02", "call", "site", number="1001")
    NMBRS_CALL_FORBIDDEN = _stops("P03", "number", "reason", "kind", call="Run_GetList")
    NMBRS_ACCESS_DENIED = _stops("P04", call="List_GetByDebtor", number="1003")
    NMBRS_REFUSED = _stops("P05", call="Run_GetList", number="5005")
    NMBRS_ANSWER_UNKNOWN = _stops("P06", call="Run_GetList")
    FETCHED_JOURNAL_REFUSED = _stops("P07", run="6/2026", codes="F08, F11")
    RUN_NUMBER_TWICE = _stops("P08", run="6/2026", count="2")
    COMPANY_WITHOUT_DEBTOR = _stops("P09", count="2", numbers="1011, 1012")
    FETCHING_BROKE = "P10"
    JOURNAL_EMPTIED = _stops("P11", run="6/2026")
    NMBRS_ENVIRONMENT_CLOSED = _stops("P12", "call", number="40304")
    NMBRS_QUOTA_USED_UP = _stops("P13", "call", number="42909")
    JOURNAL_NOT_READY = _waits("P14", run="6/2026")
    NMBRS_ID_UNKNOWN = _waits("P15", call="runs")
    NMBRS_SEVERAL_ALIKE = _stops("P16", "reason", count="2", numbers="1011")
    # The consent to read Nmbrs by REST, and the end of SOAP.
    CONSENT_ENDED = "P30"
    CONSENT_LOST = "P31"
    SCOPES_MISSING = _stops("P32", scopes="company.document.read, document.read")
    DEBTORS_NOT_COVERED = _informs("P33", count="2", numbers="117, 144")
    SOAP_ENDS = _informs("P34", count="88", date="2027-03-01")
    SOAP_HAS_ENDED = _stops("P35", date="2027-03-01")
    NMBRS_NOT_REGISTERED = "P36"
    NMBRS_REGISTRATION_REFUSED = _stops("P37", reason="invalid_client")
    SUBSCRIPTION_KEY_REFUSED = _stops("P38", "call", "number")
    # What happened to a receipt while it was sent.
    REJECTED = _stops(
        "S01",
        "field",
        "reason",
        "row",
        status="400",
        answer="Ledger account 5035 does not exist.",
        fields="row 3 account",
    )
    UNCERTAIN = _waits("S02", date="2026-06-30")
    FOUND_SEVERAL_TIMES = _stops("S03", "token", "receipts", "date", "name", numbers="12, 15")
    BOOKED_DIFFERENTLY = _stops("S04", fields="receipt_date, row 3 accounting_value")
    ACCOUNT_DIED = _stops("S05", name="Saaristo Siivous", company="Saaristo Siivous Oy")
    PREVIEW_CHANGED = _stops("S06", "reason", journal="1003-2026-6-1")
    WRONG_COMPANY = _stops("S07", "name", company="Saaristo Hoiva Oy")
    WAITS_FOR_EARLIER = _waits("S08", date="2026-06-30")
    PERHAPS_BOOKED = _stops(
        "S09",
        "token",
        "receipts",
        numbers="12",
        date="2026-06-30",
        name="Payroll 6/2026",
        same="all",
    )
    INVALIDATED_BY_PERSON = _stops("S10", "token", "receipts", "date", "name", numbers="12")
    SEVERAL_TOKENS = _stops("S11", "token", "receipts", "date", numbers="12", name="Payroll 6/2026")
    ITEM_REFUSED = _stops(
        "S14", "reason", items="425, 435", name="Kustannuspaikka", answer="The code is too long."
    )
    WITHDRAWAL_REFUSED = _stops(
        "S15", "status", date="2026-06-30", step="invalidate", answer="CLOSED_FISCAL_PERIOD"
    )
    NOT_AS_CONFIRMED = _stops("S16", date="2026-06-30", reason="edited")
    JOURNAL_WITHDRAWN = "S17"
    JOURNAL_SETTLED = "S18"
    DIFFERENCE_OUTDATED = _stops("S19", date="2026-06-30", reason="edited")
    # An action that failed and changed nothing. First the general ones.
    TRY_AGAIN_LATER = _waits("E01", "wait")
    OUTCOME_UNKNOWN = "E02"
    NOT_POSSIBLE = "E03"
    # Procountor, asked for something other than to book a receipt.
    PROCOUNTOR_SILENT = _waits("E04", "wait")
    PROCOUNTOR_BUSY = _waits("E05", wait="30")
    PROCOUNTOR_OUTCOME_UNKNOWN = _stops("E06", item="425")
    PROCOUNTOR_REFUSED = _stops("E07", "reason", answer="The code is too long.", status="400")
    PROCOUNTOR_ACCESS_DENIED = _stops("E08", "reason", answer="Access denied.", status="403")
    CLIENT_ID_REFUSED = _stops("E09", "answer", "reason", "status")
    AUTHORISATION_REFUSED = _stops("E10", "reason")
    CLIENT_ID_MISSING = "E11"
    # What a person asked of Tilisilta.
    ACCOUNT_NAME_TAKEN = "E12"
    OTHER_COMPANY_CHOSEN = _stops("E13", expected="Saaristo Siivous Oy", chosen="Saaristo Hoiva Oy")
    COMPANY_LINKED = "E14"
    LINK_IN_USE = "E15"
    CANNOT_BE_SENT = _stops("E16", journal="1003-2026-6-1")
    NEEDS_RELEASE = _stops("S30", journal="1003-2026-6-1")
    CANNOT_RELEASE = _stops("S31", journal="1003-2026-6-1", reason="own")
    SENDING_STOPPED = _stops("S32", name="Aino Saarela", moment="2026-08-04T08:12:58+03:00")
    USER_NAME_TAKEN = "E17"
    TEMPLATE_NAME_TAKEN = "E18"
    LAST_ADMINISTRATOR = "E19"
    ADMINISTRATOR_TEMPLATE_FIXED = "E20"
    DEBTOR_NUMBER_TAKEN = "E21"
    COMPANY_NUMBER_TAKEN = "E22"
    CONNECTION_NAME_TAKEN = "E23"
    OTHER_ENVIRONMENT = _stops("E24", expected="koivulammi", chosen="pajulahti")
    NMBRS_NOT_CONNECTED = "E25"
    NOT_IN_NMBRS = _stops("E26", other="1003 Saaristo Siivous Oy")
    FILE_REFUSED = "E27"
    ITEMS_BEING_CREATED = _waits("E28", "wait")
    # What a page or a command reports on its own.
    NOTHING_HERE = "E29"
    FAULT_OF_OURS = "E30"
    REQUEST_UNREADABLE = "E31"
    PAGE_TOO_OLD = "E32"
    LOG_IN_FINISHED = "E33"
    LOG_IN_CANCELLED = "E34"
    COMMAND_REFUSED = "E35"
    RULE_HELD = _stops("E69", journal="1003-2026-6-1", reason="silent")
    NOT_IN_DOUBT = "E36"
    CANNOT_BE_OURS = "E37"
    CANNOT_WITHDRAW = _stops("E80", journal="1003-2026-6-1", reason="nothing")
    WITHDRAWAL_CHANGED = _stops("E81", journal="1003-2026-6-1")
    NOT_WITHDRAWN = _stops("E82", journal="1003-2026-6-1")
    NO_DIFFERENCE = _stops("E83", "numbers", journal="1003-2026-6-2", reason="not_changed")
    DIFFERENCE_CHANGED = _stops("E84", journal="1003-2026-6-2")
    CANNOT_SETTLE = _stops("E85", journal="1003-2026-6-2", reason="not_changed")
    NOT_SETTLED = _stops("E86", "reason", journal="1003-2026-6-2")
    CANNOT_TICK = _stops("E38", reason="changed")
    # What came of a consent at Nmbrs.
    CONSENT_DENIED = "E70"
    CONSENT_NOT_OURS = _stops("E71", "reason")
    CONSENT_ANSWERED = "E72"
    CONSENT_TOO_LATE = "E73"
    CONSENT_CODE_REFUSED = "E74"
    CONSENT_ANSWER_LOST = "E75"
    CONSENT_FAILED = _stops("E76", reason="invalid_scope")
    CONSENT_OTHER_DEBTORS = _stops("E77", expected="117 Haavikko", chosen="12 Pajulahti")
    CANNOT_COMPARE = _stops("E78", reason="no_consent")
    CANNOT_SWITCH = _stops("E79", reason="open", count="2")
    # What a person has to decide, or is not allowed to do.
    NAMES_DIFFER = _stops(
        "E40", company="Saaristo Siivous Oy", administration="Skärgårdens Bygg AB"
    )
    ADMINISTRATION_SHARED = _stops(
        "E41",
        company="Saaristo Hoiva Oy",
        administration="Saaristo Siivous Oy",
        other="1003 Saaristo Siivous Oy",
    )
    MONTHS_COVERED = _stops("E42", administration="Saaristo Siivous Oy", date="2026-06-30")
    LINK_BUSY = "E43"
    WHICH_RUN = _stops(
        "E44",
        run="6/2026",
        journal="1003-2026-6-1",
        period="2026-06",
        free="6b/2026",
        reason="guessed",
    )
    WAS_DISCARDED = _stops("E45", journal="1003-2026-6-1", reason_text="file of another company")
    RUN_TAKEN = _stops("E46", run="6/2026", journal="1003-2026-6-1")
    CANNOT_DISCARD = _stops("E47", journal="1003-2026-6-1")
    CANNOT_RENUMBER = _stops("E48", journal="1003-2026-6-1")
    LINK_CHANGED_MEANWHILE = _stops("E95", company="Saaristo Siivous Oy")
    KEYS_DO_NOT_FIT = "E60"
    # What the API answers.
    TOKEN_NOT_ACCEPTED = _stops("E61", "date", reason="unknown")
    TOKEN_NOT_ALLOWED = _stops("E62", "area", "right", reason="scope", scope="send")
    TOO_MANY_WRONG_TOKENS = _waits("E63", "wait")
    KEY_USED_OTHERWISE = "E64"
    REQUEST_UNDER_WAY = _waits("E65", "wait")
    TOKEN_NAME_TAKEN = _stops("E66", name="payroll robot")
    VALUES_NOT_POSSIBLE = _stops("E67", values="journals.0.reference")
    REQUEST_NOT_DESCRIBED = "E68"
    WEBHOOK_NAME_TAKEN = _stops("E57", name="payroll robot")
    WEBHOOK_ADDRESS = _stops("E58", reason="not_allowed")
    NOT_OF_THE_COMPANY = _stops("E49", journal="1004-2026-6-1")
    CANNOT_FETCH_PAYMENTS = _stops(
        "E89", company="1003 Saaristo Siivous Oy", period="2026-06", reason="none"
    )
    CANNOT_SIGN = _stops(
        "E90", company="1003 Saaristo Siivous Oy", period="2026-06", reason="not_done"
    )
    NOTHING_TO_ARCHIVE = _stops("E97", company="1003 Saaristo Siivous Oy", period="2026-06")
