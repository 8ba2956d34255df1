"""Walks through the XML of a workbook within limits of work."""

from collections.abc import Callable, Mapping
from typing import IO
from xml.parsers import expat

from tilisilta.clients.files.findings import refused
from tilisilta.clients.files.raw import MOST_XML_DEPTH
from tilisilta.domain.problems import ProblemCode

# An archive of a few kilobytes can unpack to millions of cells.
MOST_ELEMENTS = 12_000_000
_CHUNK = 64 * 1024
_MOST_BYTES_OF_A_TOKEN = 1024 * 1024


def local_name(name: str) -> str:
    return name.rpartition(":")[2]


class _LocalNames(dict[str, str]):
    """Names of elements without their prefix, each computed once."""

    def __missing__(self, name: str) -> str:
        self[name] = local_name(name)
        return self[name]


class Walker:
    """Walks through the XML of the parts of one workbook, and ends when it has done too much."""

    def __init__(self) -> None:
        self._elements_left = MOST_ELEMENTS

    def walk(
        self,
        part: IO[bytes],
        start: Callable[[str, Mapping[str, str]], None],
        end: Callable[[str], None] | None = None,
        text: Callable[[str], None] | None = None,
    ) -> None:
        """Pass on the elements of ``part``, names without prefix; refuse definitions."""
        names = _LocalNames()
        depth = 0

        def forbid(*_: object) -> None:
            raise refused(ProblemCode.XML_FORBIDDEN)

        def begin(name: str, attributes: Mapping[str, str]) -> None:
            nonlocal depth
            depth += 1
            self._elements_left -= 1
            if self._elements_left < 0 or depth > MOST_XML_DEPTH:
                raise refused(ProblemCode.WORKBOOK_UNREADABLE, reason="too-large")
            start(names[name], attributes)

        def finish(name: str) -> None:
            nonlocal depth
            depth -= 1
            if end is not None:
                end(names[name])

        parser = expat.ParserCreate()
        parser.buffer_text = True
        # Without definitions there are no entities, which could expand to gigabytes.
        parser.StartDoctypeDeclHandler = forbid
        parser.StartElementHandler = begin
        parser.EndElementHandler = finish
        if text is not None:
            parser.CharacterDataHandler = text
        fed = 0
        while chunk := part.read(_CHUNK):
            parser.Parse(chunk, False)
            fed += len(chunk)
            # The parser begins anew with an unfinished element for every chunk.
            if fed - parser.CurrentByteIndex > _MOST_BYTES_OF_A_TOKEN:
                raise refused(ProblemCode.WORKBOOK_UNREADABLE, reason="too-large")
        parser.Parse(b"", True)
