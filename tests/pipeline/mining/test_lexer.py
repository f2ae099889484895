from pipeline.mining.lexer import pieces


def test_pieces_keep_their_places():
    found = [
        (p.kind, p.text, p.at) for p in pieces("agent: sorry ~2 \u201cno more\u201d -card NOT x")
    ]
    assert found == [
        ("name", "agent", 0),
        ("word", "sorry", 7),
        ("gap", "2", 13),
        ("quote", "no more", 16),
        ("minus", "-", 26),
        ("word", "card", 27),
        ("not", "NOT", 32),
        ("word", "x", 36),
    ]
