"""Texts that were encoded lately: a turn is read as itself, and then as the context of the next."""

import threading
from collections import OrderedDict
from collections.abc import Sequence

import numpy as np

from models.engines import TextEncoder
from models.types import Encoded, Samples

KEPT = 4096
"""Texts; about 2 kB each. The longest unused go first."""


class Memo:
    """Encodes through an encoder, each text once while it is remembered; safe to share."""

    def __init__(self, encoder: TextEncoder, kept: int = KEPT) -> None:
        self.encoder = encoder
        self._kept = kept
        self._known: OrderedDict[str, tuple[Samples, Samples]] = OrderedDict()
        self._lock = threading.Lock()
        self.encoded = 0
        """Texts that went through the encoder."""

    def encode(self, texts: Sequence[str]) -> Encoded:
        """Return one row for each text; a text has the same row whatever was read before it.

        Raises:
            EngineFailed: the encoder failed.
        """
        with self._lock:
            rows = {text: self._known[text] for text in texts if text in self._known}
            for text in rows:
                self._known.move_to_end(text)
        new = [text for text in dict.fromkeys(texts) if text not in rows]
        if new:
            made = self.encoder.encode(new)
            rows.update(zip(new, zip(made.vectors, made.affect, strict=True), strict=True))
            with self._lock:
                self.encoded += len(new)
                self._known.update((text, rows[text]) for text in new)
                while len(self._known) > self._kept:
                    self._known.popitem(last=False)
        count, wide, feelings = len(texts), self.encoder.dimensions, len(self.encoder.affect)
        return Encoded(
            np.array([rows[t][0] for t in texts], np.float32).reshape(count, wide),
            np.array([rows[t][1] for t in texts], np.float32).reshape(count, feelings),
        )
