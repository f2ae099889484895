from benchmarks.packsim import Sources, simulate, simulate_shipped

PACKS = ("card_payment", "hold_transfer_escalate")


def sources():
    intents = {
        f"set{n}": {f"card_{k}": [f"s{n} i{k} line {m}" for m in range(30)] for k in range(20)}
        for n in range(2)
    }
    intents = {"hwu64": intents["set0"], "clinc150": intents["set1"]}
    chatter = [f"chatter {n}" for n in range(50)]
    return Sources(intents, {"hwu64": [], "clinc150": []}, chatter, ["strange thing"])


def test_a_pack_is_taught_and_asked_about_other_lines():
    packs = simulate(sources(), 6, str.upper, seed=3)
    assert {pack.source for pack in packs} <= {"hwu64", "clinc150"}
    for pack in packs:
        taught = {t for lines in pack.examples.values() for t in lines}
        assert 5 <= len(pack.examples) <= 19
        assert all(5 <= len(lines) <= 12 for lines in pack.examples.values())
        assert not taught & {line.text for line in pack.lines}
        assert {len(line.means) for line in pack.lines} >= {0, 1}
        assert all(line.means <= set(pack.examples) for line in pack.lines)
        assert all(line.text == line.text.upper() for line in pack.lines if line.broken)


def test_counter_examples_are_asked_about_no_more():
    for pack in simulate(sources(), 6, str, seed=4):
        told = {text for lines in pack.counters.values() for text in lines}
        assert told
        assert not told & {line.text for line in pack.lines}


def test_one_seed_gives_one_draw():
    assert simulate(sources(), 3, str, seed=5) == simulate(sources(), 3, str, seed=5)
    assert simulate(sources(), 3, str, seed=5) != simulate(sources(), 3, str, seed=6)


def test_a_shipped_pack_is_asked_about_examples_that_it_was_not_taught():
    packs = simulate_shipped(sources(), str, PACKS, times=1, seed=2)
    assert len(packs) == len(PACKS)
    for pack in packs:
        taught = {t for lines in pack.examples.values() for t in lines}
        asked = {name for line in pack.lines for name in line.means}
        assert all(pack.examples.values())
        assert asked == set(pack.examples)
        assert not taught & {line.text for line in pack.lines if line.means}
        assert any(not line.means for line in pack.lines)


def test_what_a_shipped_pack_says_it_is_not_is_taught_or_asked_about():
    pack = simulate_shipped(sources(), str, PACKS, times=1, seed=2)[0]
    told = {text for lines in pack.counters.values() for text in lines}
    nothing = {line.text for line in pack.lines if not line.means}
    assert told
    assert not told & nothing
