"""The form of an archive: equal contents make equal bytes."""

import io
import json
import zipfile
from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from tilisilta.domain.archives import ArchivedFile, manifest_of, sums_of, without_times, zip_of

names = st.from_regex(r"[a-z]{1,8}(/[a-z0-9-]{1,8})?\.json", fullmatch=True)
files = st.lists(
    st.builds(ArchivedFile, name=names, content=st.binary(max_size=60), what=st.text(max_size=5)),
    unique_by=lambda one: one.name,
    max_size=6,
)


@given(files)
def test_is_the_same_in_any_order(some: list[ArchivedFile]) -> None:
    turned = some[::-1]

    assert zip_of(some) == zip_of(turned)
    assert sums_of(some) == sums_of(turned)
    assert manifest_of(some, {"month": "2026-06"}) == manifest_of(turned, {"month": "2026-06"})


@given(files)
def test_holds_every_file_and_tells_the_digest_of_each(some: list[ArchivedFile]) -> None:
    with zipfile.ZipFile(io.BytesIO(zip_of(some))) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}

    assert held == {one.name: one.content for one in some}
    listed = {one["name"]: one for one in json.loads(manifest_of(some, {}))["files"]}
    summed = dict(line.split("  ")[::-1] for line in sums_of(some).decode().splitlines())
    for name, content in held.items():
        digest = sha256(content).hexdigest()
        assert (listed[name]["bytes"], listed[name]["sha256"]) == (len(content), digest)
        assert summed[name] == digest


def test_a_workbook_without_times_says_nothing_of_when_it_was_made() -> None:
    workbook = Workbook()
    workbook["Sheet"]["A1"] = "5010"
    made = io.BytesIO()
    workbook.save(made)

    with zipfile.ZipFile(io.BytesIO(without_times(made.getvalue()))) as parts:
        assert {one.date_time for one in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert parts.read("docProps/core.xml").count(b">1980-01-01T00:00:00Z<") == 2

    again = load_workbook(io.BytesIO(without_times(made.getvalue())))
    assert again["Sheet"]["A1"].value == "5010"
