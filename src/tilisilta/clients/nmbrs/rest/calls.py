"""Makes the calls of the REST API: at their pace, again where that may help, with a good token."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Literal

from tilisilta.clients.nmbrs.errors import NmbrsFailed, NmbrsUnavailable
from tilisilta.clients.nmbrs.rest.http import Answer, RestHttp
from tilisilta.clients.nmbrs.rest.identity_errors import ConsentEnded
from tilisilta.clients.nmbrs.rest.refusals import is_token_refused, is_too_fast, refuse
from tilisilta.clients.nmbrs.rest.tokens import AccessTokens
from tilisilta.clients.nmbrs.rest.waiting import CallRate, Clock

MOST_SLOWED = 6
"""So often one call is made again more slowly; then it has failed for now."""
MOST_PAUSE_SECONDS = 60

Kind = Literal["lists", "runs", "journals", "cost_objects", "slowed"]
"""What calls are counted as."""


@dataclass(frozen=True, kw_only=True)
class Call:
    """A call: ``path`` below ``/api/``, and the ``name`` without ids that errors say."""

    name: str
    path: str
    kind: Kind


class RestCalls:
    """All calls of one connection."""

    def __init__(  # noqa: PLR0913  # what a call needs, each by its name
        self,
        *,
        base_url: str,
        subscription_key: str,
        tokens: AccessTokens,
        http: RestHttp,
        rate: CallRate,
        clock: Clock,
        retry_pauses: Sequence[float],
        counted: Callable[[Kind], None],
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self._subscription_key = subscription_key
        self._tokens = tokens
        self._http = http
        self._rate = rate
        self._clock = clock
        self._retry_pauses = retry_pauses
        self._counted = counted

    def get(
        self,
        call: Call,
        query: Mapping[str, int],
        *,
        expected: frozenset[int] = frozenset({HTTPStatus.OK}),
    ) -> Answer:
        """Return an answer with one of the statuses ``expected``; raise what any other means.

        A refused token is renewed once.
        """
        token = self._tokens.current()
        answer = self._ask(call, query, token)
        if is_token_refused(answer):
            answer = self._ask(call, query, self._tokens.renew(token))
            if is_token_refused(answer):
                raise ConsentEnded
        if answer.status not in expected:
            refuse(call.name, answer)
        return answer

    def _ask(self, call: Call, query: Mapping[str, int], token: str) -> Answer:
        """Return the answer to a call, made again after silence and failures of the server."""
        for pause in self._retry_pauses:
            try:
                return self._at_pace(call, query, token)
            except NmbrsUnavailable as error:
                if not error.is_worth_repeating:
                    raise
                self._clock.sleep(
                    min(max(pause, error.retry_after_seconds or 0), MOST_PAUSE_SECONDS)
                )
        return self._at_pace(call, query, token)

    def _at_pace(self, call: Call, query: Mapping[str, int], token: str) -> Answer:
        """Return the answer to a call, made more slowly as often as Nmbrs asks for that."""
        for _ in range(MOST_SLOWED):
            answer = self._once(call, query, token)
            if not is_too_fast(answer):
                return answer
            self._counted("slowed")
            self._rate.slow_down(answer.retry_after_seconds)
        raise NmbrsUnavailable(
            f"Nmbrs had too many calls for {call.name}.",
            retry_after_seconds=answer.retry_after_seconds,
            is_worth_repeating=False,
        )

    def _once(self, call: Call, query: Mapping[str, int], token: str) -> Answer:
        self._rate.wait()
        self._counted(call.kind)
        headers = {
            "Accept": "application/json",
            "Authorization": f"Bearer {token}",
            "X-Subscription-Key": self._subscription_key,
        }
        answer = self._http.get(f"{self.base_url}/api/{call.path}", query, headers)
        if answer.is_failure:
            message = f"Nmbrs answered {call.name} with status {answer.status}."
            raise NmbrsFailed(message, retry_after_seconds=answer.retry_after_seconds)
        return answer
