"""Moonshine's vocabulary: from token ids to text."""

from collections.abc import Iterable
from pathlib import Path

from models.errors import WeightsCorrupt

BEGIN = 1
END = 2
SPACE = "\u2581"
"""Stands for a space inside the vocabulary."""


class Vocabulary:
    """Token id to bytes."""

    def __init__(self, path: Path) -> None:
        """Read a tokenizer.bin: records back to back, the length before each.

        A length byte of 128 or more is followed by a second one that counts 128s.

        Raises:
            WeightsCorrupt: the file ends inside a record.
        """
        data = path.read_bytes()
        self._tokens: list[bytes] = []
        at = 0
        while at < len(data):
            size = data[at]
            at += 1
            if size >= 128 and at < len(data):
                size += 128 * data[at] - 128
                at += 1
            if at + size > len(data):
                raise WeightsCorrupt(f"{path} ends inside a token")
            self._tokens.append(data[at : at + size])
            at += size

    def __len__(self) -> int:
        return len(self._tokens)

    def piece(self, token: int) -> str:
        """Return one token's text, SPACE for spaces; "" for marks."""
        if not 0 <= token < len(self._tokens) or _is_mark(self._tokens[token]):
            return ""
        return self._tokens[token].decode(errors="ignore")

    def text(self, ids: Iterable[int]) -> str:
        """Join tokens into text; marks such as "<s>" and broken characters are left out."""
        parts = (self._tokens[i] for i in ids if 0 <= i < len(self._tokens))
        whole = b"".join(part for part in parts if not _is_mark(part))
        return whole.decode(errors="ignore").replace(SPACE, " ").strip()


def _is_mark(token: bytes) -> bool:
    return len(token) > 2 and token.startswith(b"<") and token.endswith(b">")
