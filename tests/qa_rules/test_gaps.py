"""What a pack's own file lacks."""

from qa_rules.gaps import gaps
from qa_rules.packs import load_packs, shipped

PACK = """
code: M3
items:
  - {id: M3-01, title: A, severity: AF, section: opening, match: hello}
  - id: T-02
    title: B
    severity: REQ
    section: opening
    match: {any_of: [{semantic: {examples: [a b, c d]}}]}
    example: b
    tests: {yes: [b, b, b, b], no: [c, c, c, c]}
intents:
  - {id: moan, title: Moans, examples: [a, b]}
events:
  - {id: pay, match: pay}
"""


def test_what_is_lacking_is_named(packs):
    got = gaps(packs(PACK), "t")
    assert got.lines == ("M3-01", "pay")
    assert (got.hints, got.examples, got.intents) == (("M3-01",), ("M3-01",), ("moan",))
    assert got.not_examples == ("T-02", "moan")
    assert not got.none


def test_duties_are_those_of_the_shipped_pack_of_the_code(packs):
    got = gaps(packs(PACK), "t")
    assert got.known_code
    have = {i.id for i in load_packs(["card_payment"]).items if i.pack == "card_payment"}
    assert {d.item for d in got.duties} == have - {"M3-01"}
    other = gaps(packs(PACK.replace("M3\n", "Z9\n")), "t")
    assert (other.known_code, other.duties) == (False, ())


def test_shipped_packs_have_all_duties_of_their_codes():
    lacking = {name: gaps(load_packs([name]), name).duties for name in shipped()}
    assert lacking == dict.fromkeys(shipped(), ())
