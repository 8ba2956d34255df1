"""The walk by commands only: each row of the table with as few commands as there are."""

import json
from collections.abc import Iterator

from walking_bureau import Bureau
from walking_faults import FIRST_NUMBER, MONTH, key_of, list_of_companies, name_of
from walking_steps import Step, stopwatch


def walk_by_commands(bureau: Bureau) -> Iterator[Step]:
    """Yield each row as it was done."""
    yield _onboard(bureau)
    yield _put_keys_right(bureau)
    bureau.end_authorisations()
    yield _fix(bureau, "unknown account", "--map", "5035=5030")
    yield _fix(bureau, "new cost center", "--create-items")
    yield _fix(bureau, "closed period", "--first-open-day")
    yield _authorise(bureau)
    yield _send(bureau)
    yield _prove(bureau)
    if "--all-equal" in bureau.run("sign", "--help").stdout:
        yield _sign(bureau)


def _onboard(bureau: Bureau) -> Step:
    """Link what matches, with the pairs that differ confirmed."""
    watch = stopwatch("onboard")
    path = bureau.folder / "companies.csv"
    path.write_text(list_of_companies(bureau.companies), encoding="utf-8")
    confirmed = [f"{FIRST_NUMBER + n}=Yritys {n + 1} Oy" for n in bureau.faults.names_differ]
    words = [word for one in confirmed for word in ("--confirm", one)]
    counts = _counts(watch.command(bureau, "onboard", str(path), *words, "--apply", "--json"))
    watch.note(f"{counts['linked']} linked at once")
    return watch.step()


def _put_keys_right(bureau: Bureau) -> Step:
    """Give those lines again whose keys were those of others, or withdrawn."""
    watch = stopwatch("their wrong keys")
    path = bureau.folder / "companies.csv"
    mended = list_of_companies(bureau.companies, is_put_right=True).splitlines()
    lines = [mended[0], *(mended[1 + n] for n in (*bureau.faults.wrong_key, *bureau.faults.no_key))]
    path.write_text("\n".join(lines), encoding="utf-8")
    counts = _counts(watch.command(bureau, "onboard", str(path), "--apply", "--json"))
    watch.note(f"{counts['linked']} with their keys put right")
    return watch.step()


def _counts(document: str) -> dict[str, int]:
    return {name: int(count) for name, count in json.loads(document)["counts"].items()}


def _fix(bureau: Bureau, name: str, *words: str) -> Step:
    watch = stopwatch(name)
    document = json.loads(
        watch.command(bureau, "fix", "--period", MONTH, *words, "--yes", "--json")
    )
    watch.note(", ".join(f"{count} {word}" for word, count in document["counts"].items() if count))
    return watch.step()


def _authorise(bureau: Bureau) -> Step:
    watch = stopwatch("dead authorisation, by key")
    for n in bureau.faults.dead:
        watch.command(
            bureau,
            *("account", "authorise", name_of(n, bureau.faults), "--api-key", "-"),
            given=f"{key_of(n)}-NEW",
        )
    return watch.step()


def _send(bureau: Bureau) -> Step:
    watch = stopwatch("send all runs")
    said = watch.command(bureau, "send", "--all", "--period", MONTH, "--wait", "--json")
    watch.note(f"{len(json.loads(said)['journals'])} journals")
    return watch.step()


def _prove(bureau: Bureau) -> Step:
    watch = stopwatch("is it finished, is it proved")
    bureau.run("verify", "--period", MONTH, "--json")
    document = json.loads(watch.command(bureau, "month", MONTH, "--json"))
    watch.note(", ".join(f"{n} {name}" for name, n in document["counts"].items() if n))
    return watch.step()


def _sign(bureau: Bureau) -> Step:
    """Tick the net pay off, and sign what is equal: the table does not ask for it."""
    watch = stopwatch("and all signed")
    watch.command(bureau, "netpay", "--all", "--period", MONTH, "--paid-by-hand", "--json")
    watch.command(bureau, "sign", MONTH, "--all-equal", "--json")
    document = json.loads(bureau.run("month", MONTH, "--json").stdout)
    watch.note(f"{document['counts']['signed']} signed")
    return watch.step()
