"""What reads but should not ship."""

from qa_rules.lint import lint


def test_what_should_be_better_is_told_with_its_place(packs):
    faults = lint(
        packs("""
        items:
          - id: T-01
            title: A title that is rather too long for the list
            severity: REQ
            section: opening
            when: {last_s: 30}
            match: hello
            hint: {text: Say hello}
            tests: {yes: [hello], no: [a, b, c, d]}
          - {id: T-02, title: B, severity: P, section: compliance, match: {any_of: [{pattern: <digits:4+>}]}}
        intents:
          - {id: cancel, title: Cancel, examples: [close it]}
        mood:
          - {id: angry, level: 1, match: angry}
        """),  # noqa: E501
        ["t"],
    )
    told = "\n".join(map(str, faults))
    for advice in (
        "1 lines under tests.yes",
        "give an example",
        "at most 32 characters",
        "last_s items are never due",
        "cancel: 1 examples",
        "angry: give lines",
    ):
        assert advice in told
    assert [f.line for f in faults] == sorted(f.line for f in faults)


def test_an_event_that_nothing_raises_is_told(packs):
    faults = lint(
        packs("""
        items: []
        events:
          - {id: room_called}
          - {id: hold_60s, title: a hold has lasted a minute}
          - {id: guest_left, told_by: the hotel's desk}
          - {id: room_called_2, of: room_called}
        """),
        ["t"],
    )
    assert [f.message for f in faults] == [
        "room_called: nothing raises it: give it words under match, "
        "or say under told_by which system tells it"
    ]


def test_a_section_without_items_is_told(packs):
    faults = lint(
        packs("""
        items:
          - {id: T-01, title: A, severity: P, section: opening, match: hello}
        """)
    )
    assert "no item is in the section compliance" in "\n".join(map(str, faults))
