"""How much of a partial can be trusted: the leading words that two hypotheses agree on."""


def stable_prefix(before: str, after: str) -> int:
    """Return how many leading characters of `after` hold the words both texts begin with.

    Words compare without case and closing punctuation, since a recogniser revises both as more
    speech arrives.
    """
    end = at = 0
    for old, new in zip(before.split(), after.split(), strict=False):
        if _bare(old) != _bare(new):
            break
        at = after.index(new, end)
        end = at + len(new)
    return end


def _bare(word: str) -> str:
    return word.lower().strip(".,?!;:")
