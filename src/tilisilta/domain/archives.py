"""What an archive of a company's month holds, and its form: equal contents make equal bytes.

``docs/archives.md`` describes the form, so that an auditor can check an archive without this
program.
"""

import io
import json
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

MANIFEST = "manifest.json"
SUMS = "SHA256SUMS"
# The earliest moment that a ZIP file can tell; the real times stand in the contents.
_NO_MOMENT = (1980, 1, 1, 0, 0, 0)
_READABLE_BY_ALL = 0o644 << 16
_NO_MOMENT_IN_XML = b"1980-01-01T00:00:00Z"
_MOMENTS = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(<)")
_PROPERTIES = "docProps/core.xml"


@dataclass(frozen=True, kw_only=True)
class ArchivedFile:
    """A file of an archive; ``what`` says in the archive's language what it is."""

    name: str
    content: bytes
    what: str

    @property
    def sha256(self) -> str:
        return sha256(self.content).hexdigest()


def sums_of(files: Iterable[ArchivedFile]) -> bytes:
    """Return the digests of ``files`` by their names, as ``sha256sum --check`` reads them."""
    lines = [f"{one.sha256}  {one.name}\n" for one in _by_name(files)]
    return "".join(lines).encode()


def manifest_of(files: Iterable[ArchivedFile], heading: Mapping[str, object]) -> bytes:
    """Return the manifest: the ``heading``, and name, size and digest of each of the ``files``."""
    listed = [
        {"name": one.name, "what": one.what, "bytes": len(one.content), "sha256": one.sha256}
        for one in _by_name(files)
    ]
    return as_json({**heading, "files": listed})


def as_json(value: object) -> bytes:
    """Return ``value`` as JSON that people can read; equal values give equal bytes."""
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()


def zip_of(files: Iterable[ArchivedFile]) -> bytes:
    """Return a ZIP file of ``files``, by name and without times.

    Equal files give equal bytes, as long as the same version of zlib compresses them.
    """
    return _zip((one.name, one.content) for one in _by_name(files))


def without_times(workbook: bytes) -> bytes:
    """Return an XLSX ``workbook`` without the moment at which it was made."""
    with zipfile.ZipFile(io.BytesIO(workbook)) as parts:
        contents = [(name, parts.read(name)) for name in parts.namelist()]
    return _zip(
        (name, _MOMENTS.sub(rb"\g<1>" + _NO_MOMENT_IN_XML + rb"\g<2>", content))
        if name == _PROPERTIES
        else (name, content)
        for name, content in contents
    )


def _by_name(files: Iterable[ArchivedFile]) -> Sequence[ArchivedFile]:
    return sorted(files, key=lambda one: one.name)


def _zip(contents: Iterable[tuple[str, bytes]]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in contents:
            entry = zipfile.ZipInfo(name, _NO_MOMENT)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = _READABLE_BY_ALL
            # As if made on Unix, wherever it is made.
            entry.create_system = 3
            archive.writestr(entry, content)
    return made.getvalue()
