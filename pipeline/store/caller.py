"""A caller's data by telephone number: which calls they are in, and all of it as one archive.

A number is where telephony put it: in one of the facts that came with a call, under any name. Calls
without a number among their facts cannot be found this way, and numbers that were only spoken are
not looked for.
"""

import json
import re
import zipfile
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select

from pipeline.errors import RequestRefused
from pipeline.store import schema, tables
from pipeline.store.keeping import Keeping
from pipeline.store.repo import Store
from pipeline.store.users import now

DIGITS: Final = range(7, 16)
"""How many digits a telephone number has; 15 is the most that E.164 allows."""
_WRITTEN = re.compile(r"\+?[\d\s().\-/]{7,32}")
_SCHEME = re.compile(r"^(?:tel|sips?):", re.I)

READ_ME: Final = """What Cueline keeps of the calls of one telephone number.

index.json       which calls, and when this was made
calls/N/call.json    the call: when, which queue, its facts, what was said
calls/N/stored.json  everything else that is stored about it, table by table
calls/N/audio.flac   the recording, where one is kept

stored.json also names agents and holds what people of the house wrote about the call. Look
through it for what concerns others before you hand it over.
"""


@dataclass(frozen=True, slots=True)
class Found:
    """A call of a number; `fact` is where the number stands.

    Not `sure`: the digits are the same but for a country code or a leading zero.
    """

    call_id: str
    started_at: str
    queue: str
    agent: str
    fact: str
    sure: bool
    live: bool
    held: bool


@dataclass(frozen=True, slots=True)
class Search:
    """What a search by number found, of how many calls, and how many carry no number at all."""

    found: tuple[Found, ...]
    calls: int
    without: int


def find_caller(store: Store, number: str) -> Search:
    """Return the calls of a telephone number, the latest first.

    Raises:
        RequestRefused: that is no telephone number.
    """
    wanted = digits_of(number)
    if wanted is None:
        raise RequestRefused(
            "give a telephone number of 7 to 15 digits, best with + and the country code"
        )
    call = schema.call
    query = select(
        call.c.id, call.c.started_at, call.c.queue, call.c.agent, call.c.state, call.c.facts
    ).order_by(call.c.started_at.desc())
    found, count, without = [], 0, 0
    with store.database.read() as connection:
        for row in connection.execute(query):
            count += 1
            numbers = numbers_of(json.loads(row.facts))
            without += not numbers
            best = max(
                ((same(wanted, digits), name) for name, digits in numbers.items()), default=(0, "")
            )
            if best[0]:
                found.append((row, *best))
    held = Keeping(store.database).held([row.id for row, _, _ in found])
    return Search(
        tuple(
            Found(
                row.id,
                row.started_at,
                row.queue,
                row.agent,
                name,
                likeness == 2,
                row.state != "ended",
                row.id in held,
            )
            for row, likeness, name in found
        ),
        count,
        without,
    )


def chosen(search: Search, also: Sequence[str] = ()) -> list[Found]:
    """Return the calls that are surely the number's, and those of the others that are named.

    Raises:
        RequestRefused: a named call is none of the found ones.
    """
    known = {f.call_id for f in search.found}
    if wrong := [call_id for call_id in also if call_id not in known]:
        raise RequestRefused(f"not a call of that number: {', '.join(wrong)}")
    return [f for f in search.found if f.sure or f.call_id in also]


def export_caller(
    store: Store, call_ids: Sequence[str], target: Path, audio: Path | None = None
) -> int:
    """Write everything stored about these calls to a ZIP file; return its size in bytes.

    `audio` is the folder of recordings.

    Raises:
        CallNotFound: one of them is not stored.
        OSError: the disk refuses.
    """
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("READ-ME.txt", READ_ME)
        index = []
        for n, call_id in enumerate(call_ids, 1):
            detail = store.call(call_id)
            files = ["call.json", "stored.json"]
            archive.writestr(f"calls/{n}/call.json", _json(_told(store, call_id)))
            archive.writestr(f"calls/{n}/stored.json", _json(_stored(store, call_id)))
            recording = detail.recording
            path = audio / recording.path if audio is not None and recording is not None else None
            if path is not None and path.is_file():
                archive.write(path, f"calls/{n}/audio{path.suffix}", zipfile.ZIP_STORED)
                files.append(f"audio{path.suffix}")
            index.append({"call": call_id, "folder": f"calls/{n}", "files": files})
        archive.writestr("index.json", _json({"made_at": now(), "calls": index}))
    return target.stat().st_size


def digits_of(text: str) -> str | None:
    """Return a telephone number's digits without + or 00, None for what is none."""
    bare = _SCHEME.sub("", text.strip()).partition("@")[0].partition(";")[0]
    if not _WRITTEN.fullmatch(bare):
        return None
    trunk = bare.replace("(0)", "") if bare.startswith("+") else bare
    digits = re.sub(r"\D", "", trunk)
    if digits.startswith("00") and not bare.startswith("+"):
        digits = digits[2:]
    return digits if len(digits) in DIGITS else None


def numbers_of(facts: Mapping[str, Any]) -> dict[str, str]:
    """Return the telephone numbers among a call's facts: name of the fact -> digits."""
    made = {}
    for name, value in facts.items():
        if isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool)):
            digits = digits_of(str(value))
            if digits is not None:
                made[name] = digits
    return made


def same(one: str, other: str) -> int:
    """Return 2 for the same digits, 1 where one may be the other without country code, else 0."""
    if one == other:
        return 2
    short, long = sorted((one.lstrip("0"), other.lstrip("0")), key=len)
    return 1 if len(short) >= DIGITS.start and long.endswith(short) else 0


def _told(store: Store, call_id: str) -> dict[str, Any]:
    """The call as a person reads it."""
    detail = store.call(call_id)
    row = detail.row
    return {
        "call": call_id,
        "started_at": row.started_at,
        "seconds": row.seconds,
        "queue": row.queue,
        "agent": row.agent,
        "direction": row.direction,
        "facts": detail.facts,
        "said": [
            {"at_s": round(u.start, 2), "by": str(u.channel), "text": u.text}
            for u in detail.utterances
        ],
        "after_call_work": detail.wrapup.current if detail.wrapup else None,
        "anger": [asdict(span) for span in detail.anger],
    }


def _stored(store: Store, call_id: str) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table that names the call."""
    made: dict[str, list[dict[str, Any]]] = {}
    with store.database.read() as connection:
        for table in tables.metadata.sorted_tables:
            key = table.c.id if table is schema.call else table.c.get("call_id")
            if key is None:
                continue
            rows = connection.execute(select(table).where(key == call_id)).mappings().all()
            if rows:
                made[table.name] = [dict(row) for row in rows]
    return made


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1, default=_plain)


def _plain(value: object) -> str:
    return b64encode(value).decode() if isinstance(value, bytes) else str(value)
