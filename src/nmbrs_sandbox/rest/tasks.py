"""Documents in the making: each is asked for with its task until it is there."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import uuid4

from sandbox_parts.clock import Clock

# Assumed, like that a document is handed out once: a program has to be ready for both.
LIFE = timedelta(minutes=15)


@dataclass(frozen=True, kw_only=True)
class Task:
    """A document for the holder of one grant, and how often it was asked for."""

    grant_id: str
    company_id: int
    document: bytes
    expires: datetime
    asked: int = 0


class Tasks:
    """The tasks that were begun. A restart forgets them."""

    def __init__(self, *, clock: Clock) -> None:
        self._clock = clock
        self._tasks: dict[str, Task] = {}

    def start(self, *, grant_id: str, company_id: int, document: bytes) -> str:
        """Begin a task and return its id."""
        now = self._clock()
        self._tasks = {name: one for name, one in self._tasks.items() if one.expires > now}
        task_id = str(uuid4())
        self._tasks[task_id] = Task(
            grant_id=grant_id, company_id=company_id, document=document, expires=now + LIFE
        )
        return task_id

    def ask(self, task_id: str, *, grant_id: str) -> Task | None:
        """Return the task, with this question counted, or None if the grant has no such task."""
        task = self._tasks.get(task_id)
        if task is None or task.grant_id != grant_id or task.expires <= self._clock():
            return None
        self._tasks[task_id] = replace(task, asked=task.asked + 1)
        return self._tasks[task_id]

    def company_id(self, task_id: str) -> int | None:
        task = self._tasks.get(task_id)
        return None if task is None else task.company_id

    def finish(self, task_id: str) -> None:
        self._tasks.pop(task_id, None)

    def clear(self) -> None:
        self._tasks.clear()
