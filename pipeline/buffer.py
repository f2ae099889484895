"""One channel's recent audio, addressed by the call clock."""

from collections import deque

import numpy as np

from models.types import Samples


class AudioBuffer:
    """Holds the samples from `start` to `end` as they came; joins them only for a clip."""

    def __init__(self) -> None:
        self._chunks: deque[Samples] = deque()
        self.start = self.end = 0

    def append(self, samples: Samples) -> None:
        """Add the next samples; they are kept, not copied."""
        self._chunks.append(samples)
        self.end += len(samples)

    def forget(self, before: int) -> None:
        """Let go of whole chunks that end before this sample index."""
        while self._chunks and self.start + len(self._chunks[0]) <= before:
            self.start += len(self._chunks.popleft())

    def clip(self, start: int, stop: int) -> Samples:
        """Return a copy of samples [start, stop), both within what is held."""
        parts: list[Samples] = []
        at = self.start
        for chunk in self._chunks:
            if at >= stop:
                break
            if at + len(chunk) > start:
                parts.append(chunk[max(0, start - at) : stop - at])
            at += len(chunk)
        return np.concatenate(parts) if parts else np.zeros(0, np.float32)
