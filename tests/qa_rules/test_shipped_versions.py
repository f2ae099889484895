"""A shipped pack that asks otherwise has another version: people's scores are kept by it.

`shipped_versions.json` holds what each pack asked at its version. How a pack hears may change at
any time; what it asks is what `qa_rules.forms` counts to the form.
"""

import json
import sys
from pathlib import Path

from qa_rules.forms import form_parts
from qa_rules.packs import SHIPPED, read_pack, shipped

KEPT = Path(__file__).with_name("shipped_versions.json")
RENEW = "run: python tests/qa_rules/test_shipped_versions.py"


def asked_now():
    """Return what each shipped pack asks: its version and the hash of its form."""
    read = [read_pack((SHIPPED / f"{n}.yaml").read_text("utf-8"), n).pack for n in shipped()]
    return {part.pack: [part.version, part.hash] for part in form_parts(read)}


def faults(kept, now):
    """Return, in words, each pack that asks otherwise under its old version, or is not kept."""
    out = []
    for pack, (version, asked) in now.items():
        old = kept.get(pack)
        if old is not None and old[0] == version and old[1] != asked:
            out.append(
                f'{pack} asks otherwise and is still version "{version}": '
                f"raise `version` in qa_rules/packs/{pack}.yaml, then {RENEW}"
            )
        elif old != [version, asked]:
            out.append(f"{pack} {version} is not kept yet; {RENEW}")
    gone = [f"{pack} ships no more; {RENEW}" for pack in kept if pack not in now]
    return out + gone


def test_a_pack_that_asks_otherwise_has_another_version():
    found = faults(json.loads(KEPT.read_text("utf-8")), asked_now())
    assert not found, "\n".join(found)


def test_a_changed_question_is_told_until_the_version_is_raised():
    name = "card_payment"
    text = (SHIPPED / f"{name}.yaml").read_text("utf-8")
    heard_otherwise = text.replace("long number", "longest number")
    heavier = text.replace("    weight: ", "    weight: 9", 1)
    raised = heavier.replace("version: ", "version: 9", 1).replace('9"', '"9', 1)

    def asked(changed):
        part = form_parts([read_pack(changed, f"{name}.yaml").pack])[0]
        return {part.pack: [part.version, part.hash]}

    kept = asked(text)
    assert len({text, heard_otherwise, heavier, raised}) == 4
    assert faults(kept, asked(heard_otherwise)) == []
    (told,) = faults(kept, asked(heavier))
    assert "raise `version` in qa_rules/packs/card_payment.yaml" in told
    (told,) = faults(kept, asked(raised))
    assert told == f"card_payment 91 is not kept yet; {RENEW}"
    assert faults({**kept, "gone": ["1", "x"]}, kept) == [f"gone ships no more; {RENEW}"]


def renew():
    """Write what packs ask; refuse where one asks otherwise under its old version."""
    kept = json.loads(KEPT.read_text("utf-8")) if KEPT.exists() else {}
    now = asked_now()
    blocked = [f for f in faults(kept, now) if "still version" in f]
    if blocked:
        return "\n".join(blocked)
    rows = [f'  "{pack}": {json.dumps(row)}' for pack, row in sorted(now.items())]
    KEPT.write_text("{\n" + ",\n".join(rows) + "\n}\n", "utf-8")
    return None


if __name__ == "__main__":
    sys.exit(renew())
