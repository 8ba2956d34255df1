"""Every kind of problem, by its code, and what it does."""

from enum import StrEnum


class Effect(StrEnum):
    """What a problem does to the journal or the action it is about.

    What ``STOPS`` goes on only when a person has put something right. What ``INFORMS`` holds up
    nothing. What ``WAITS`` passes by itself, or is found out by itself.
    """

    STOPS = "stops"
    INFORMS = "informs"
    WAITS = "waits"


class ProblemCode(StrEnum):
    """Every problem we know, by a code that stays the same for ever."""

    # Guards: the journal as a whole must not be sent (R10).
    TEST_COMPANY = "N01"
    DEBTOR_BLOCKED = "N02"
    ACCOUNT_NOT_AUTHORISED = "N03"
    NOT_LINKED = "N04"
    ACCOUNT_TAKEN = "N05"
    RIGHT_MISSING = "N06"
    # The journal against the administration.
    LEDGER_ACCOUNT_UNKNOWN = "N07"
    DIMENSION_UNKNOWN = "N08"
    DIMENSION_ITEM_UNKNOWN = "N09"
    PERIOD_CLOSED = "N10"
    NOT_BALANCED = "N11"
    ALREADY_SENT = "N12"
    PROCOUNTOR_UNREACHABLE = "N13"
    ZERO_LINES = "N14"
    CHARACTERS_REPLACED = "N15"
    PERSONAL_IDENTITY_CODE = "N16"
    CURRENCY_DIFFERS = "N17"
    VAT_STATUS_MISSING = "N18"
    LEDGER_ACCOUNT_INACTIVE = "N19"
    DIMENSION_AMBIGUOUS = "N20"
    DIMENSION_ITEM_PASSIVE = "N21"
    WITHOUT_DIMENSION = "N22"
    PERIOD_NOT_BALANCED = "N23"
    CLEARING_ROWS = "N24"
    MOVED_TO_OPEN_DAY = "N25"
    FALLBACK_USED = "N26"
    RUN_DELETED = "N27"
    BEFORE_START = "N28"
    NEWER_REVISION = "N29"
    EARLIER_REVISION_SENT = "N30"
    TEXT_SHORTENED = "N31"
    NOTHING_TO_BOOK = "N32"
    DIMENSION_USED_TWICE = "N33"
    JOURNAL_TOO_COARSE = "N34"
    PERHAPS_BOOKED_ALREADY = "N35"
    LINK_ENDED = "N36"
    PERHAPS_ANOTHER_COMPANYS = "N37"
    BOOKED_ELSEWHERE = "N38"
    COMPANIES_DIFFER_NOW = "N39"
    # What balances and may be wrong all the same.
    SIGNS_PERHAPS_REVERSED = "N40"
    PERIOD_AND_DATE_DIFFER = "N41"
    ALL_TO_FALLBACK = "N42"
    PERHAPS_SUMS = "N43"
    PERHAPS_DOUBLED = "N44"
    PERHAPS_TWO_PAYROLLS = "N45"
    ITEMS_TO_BE_MADE = "N46"
    # A file that cannot be read into a journal.
    FILE_EMPTY = "F01"
    FILE_TOO_LARGE = "F02"
    FILE_TYPE_UNKNOWN = "F03"
    FILE_TYPE_MISMATCH = "F04"
    XML_MALFORMED = "F05"
    XML_FORBIDDEN = "F06"
    ELEMENT_MISSING = "F07"
    AMOUNT_UNREADABLE = "F08"
    AMOUNT_TOO_PRECISE = "F09"
    DEBIT_CREDIT_UNCLEAR = "F10"
    DATE_UNREADABLE = "F11"
    ACCOUNT_MISSING = "F12"
    COLUMNS_UNKNOWN = "F13"
    COLUMN_TWICE = "F14"
    NO_LINES = "F15"
    SEVERAL_RUNS = "F16"
    OTHER_COMPANY = "F17"
    OTHER_RUN = "F18"
    SAME_FILE = "F19"
    ENCODING_UNREADABLE = "F20"
    TOO_MANY_LINES = "F21"
    TEXT_TOO_LONG = "F22"
    WORKBOOK_UNREADABLE = "F23"
    PERIOD_UNREADABLE = "F24"
    PERIOD_NOT_A_MONTH = "F25"
    HIDDEN_IN_WORKBOOK = "F26"
    SIDES_GIVEN = "F27"
    HEADERS_REPEATED = "F28"
    LINES_REPEATED = "F29"
    # What happened when Nmbrs was asked.
    NMBRS_UNREACHABLE = "P01"
    NMBRS_LOGIN_REFUSED = "P02"
    NMBRS_CALL_FORBIDDEN = "P03"
    NMBRS_ACCESS_DENIED = "P04"
    NMBRS_REFUSED = "P05"
    NMBRS_ANSWER_UNKNOWN = "P06"
    FETCHED_JOURNAL_REFUSED = "P07"
    RUN_NUMBER_TWICE = "P08"
    COMPANY_WITHOUT_DEBTOR = "P09"
    FETCHING_BROKE = "P10"
    JOURNAL_EMPTIED = "P11"
    # What happened to a receipt on its way.
    REJECTED = "S01"
    UNCERTAIN = "S02"
    FOUND_SEVERAL_TIMES = "S03"
    BOOKED_DIFFERENTLY = "S04"
    ACCOUNT_DIED = "S05"
    PREVIEW_CHANGED = "S06"
    WRONG_COMPANY = "S07"
    WAITS_FOR_EARLIER = "S08"
    PERHAPS_BOOKED = "S09"
    INVALIDATED_BY_PERSON = "S10"
    SEVERAL_TOKENS = "S11"
    ITEM_REFUSED = "S14"
    # An action that came to nothing: what could not be done, and was not. First the general ones.
    TRY_AGAIN_LATER = "E01"
    OUTCOME_UNKNOWN = "E02"
    NOT_POSSIBLE = "E03"
    # Procountor, asked for something other than to book a receipt.
    PROCOUNTOR_SILENT = "E04"
    PROCOUNTOR_BUSY = "E05"
    PROCOUNTOR_OUTCOME_UNKNOWN = "E06"
    PROCOUNTOR_REFUSED = "E07"
    PROCOUNTOR_ACCESS_DENIED = "E08"
    CLIENT_ID_REFUSED = "E09"
    AUTHORISATION_REFUSED = "E10"
    CLIENT_ID_MISSING = "E11"
    # What somebody asked for here.
    ACCOUNT_NAME_TAKEN = "E12"
    OTHER_COMPANY_CHOSEN = "E13"
    COMPANY_LINKED = "E14"
    LINK_IN_USE = "E15"
    CANNOT_BE_SENT = "E16"
    USER_NAME_TAKEN = "E17"
    TEMPLATE_NAME_TAKEN = "E18"
    LAST_ADMINISTRATOR = "E19"
    ADMINISTRATOR_TEMPLATE_KEPT = "E20"
    DEBTOR_NUMBER_TAKEN = "E21"
    COMPANY_NUMBER_TAKEN = "E22"
    CONNECTION_NAME_TAKEN = "E23"
    OTHER_ENVIRONMENT = "E24"
    NMBRS_NOT_CONNECTED = "E25"
    NOT_IN_NMBRS = "E26"
    FILE_REFUSED = "E27"
    ITEMS_BEING_CREATED = "E28"
    # What a page or a command has to say by itself.
    NOTHING_HERE = "E29"
    FAULT_OF_OURS = "E30"
    REQUEST_UNREADABLE = "E31"
    PAGE_TOO_OLD = "E32"
    LOG_IN_FINISHED = "E33"
    LOG_IN_CANCELLED = "E34"
    COMMAND_REFUSED = "E35"
    NOT_IN_DOUBT = "E36"
    CANNOT_BE_OURS = "E37"
    # What a person has to decide, or may not.
    NAMES_DIFFER = "E40"
    ADMINISTRATION_SHARED = "E41"
    MONTHS_COVERED = "E42"
    LINK_BUSY = "E43"
    WHICH_RUN = "E44"
    WAS_DISCARDED = "E45"
    RUN_TAKEN = "E46"
    CANNOT_DISCARD = "E47"
    CANNOT_RENUMBER = "E48"
    NOT_OF_THE_COMPANY = "E49"

    @property
    def effect(self) -> Effect:
        """What a problem of this code does, whatever the case."""
        return _EFFECTS.get(self, Effect.STOPS)


# All others stop.
_EFFECTS = {
    ProblemCode.ZERO_LINES: Effect.INFORMS,
    ProblemCode.CHARACTERS_REPLACED: Effect.INFORMS,
    ProblemCode.WITHOUT_DIMENSION: Effect.INFORMS,
    ProblemCode.CLEARING_ROWS: Effect.INFORMS,
    ProblemCode.MOVED_TO_OPEN_DAY: Effect.INFORMS,
    ProblemCode.FALLBACK_USED: Effect.INFORMS,
    ProblemCode.RUN_DELETED: Effect.INFORMS,
    ProblemCode.BEFORE_START: Effect.INFORMS,
    ProblemCode.BOOKED_ELSEWHERE: Effect.INFORMS,
    ProblemCode.SIGNS_PERHAPS_REVERSED: Effect.INFORMS,
    ProblemCode.PERIOD_AND_DATE_DIFFER: Effect.INFORMS,
    ProblemCode.PERHAPS_SUMS: Effect.INFORMS,
    ProblemCode.ITEMS_TO_BE_MADE: Effect.INFORMS,
    ProblemCode.PERHAPS_DOUBLED: Effect.INFORMS,
    ProblemCode.PERHAPS_TWO_PAYROLLS: Effect.INFORMS,
    ProblemCode.TEXT_SHORTENED: Effect.INFORMS,
    ProblemCode.NMBRS_UNREACHABLE: Effect.WAITS,
    ProblemCode.UNCERTAIN: Effect.WAITS,
    ProblemCode.WAITS_FOR_EARLIER: Effect.WAITS,
    ProblemCode.TRY_AGAIN_LATER: Effect.WAITS,
    ProblemCode.PROCOUNTOR_SILENT: Effect.WAITS,
    ProblemCode.PROCOUNTOR_BUSY: Effect.WAITS,
    ProblemCode.ITEMS_BEING_CREATED: Effect.WAITS,
}


SUSPICIONS = frozenset(
    {
        ProblemCode.SIGNS_PERHAPS_REVERSED,
        ProblemCode.PERHAPS_SUMS,
        ProblemCode.PERHAPS_DOUBLED,
        ProblemCode.PERHAPS_TWO_PAYROLLS,
    }
)
"""What balances and is probably wrong: sent by whoever has seen it, and not with others."""
