"""A recogniser that reads each clip once: what it read lies in a folder, named by the clip.

Benchmarks that judge the same recordings again and again, after a change of rules, rest on it. A
change of the recogniser's own code is not seen: empty the folder then.
"""

import hashlib
import json
from collections.abc import Hashable, Sequence
from dataclasses import asdict
from pathlib import Path

from models.engines import SttEngine
from models.types import SttRequest, Transcription, Word


class RememberedEngine:
    """Passes clips that are not known to a recogniser, and keeps what it answers."""

    def __init__(self, engine: SttEngine, folder: Path) -> None:
        self.engine, self.info = engine, engine.info
        self.heard = 0
        self._folder = folder

    def batch_key(self, request: SttRequest) -> Hashable:
        """Return the engine's key."""
        return self.engine.batch_key(request)

    def transcribe(self, batch: Sequence[SttRequest]) -> list[Transcription]:
        """Read what is not known; `heard` counts it."""
        places = [self._place(request) for request in batch]
        fresh = [n for n, place in enumerate(places) if not place.is_file()]
        if fresh:
            self._folder.mkdir(parents=True, exist_ok=True)
            read = self.engine.transcribe([batch[n] for n in fresh])
            self.heard += len(fresh)
            for n, answer in zip(fresh, read, strict=True):
                places[n].write_text(json.dumps(asdict(answer)), encoding="utf-8")
        return [_answer(place) for place in places]

    def warm_up(self) -> None:
        """Do nothing: the first clip that is not known pays for it."""

    def close(self) -> None:
        """Close the engine."""
        self.engine.close()

    def _place(self, request: SttRequest) -> Path:
        asked = (request.rate_hz, request.language, request.words, request.speech_s)
        made = hashlib.sha256(request.samples.tobytes())
        made.update(f"{self.info.name} {self.info.model} {asked}".encode())
        return self._folder / f"{made.hexdigest()[:24]}.json"


def _answer(place: Path) -> Transcription:
    data = json.loads(place.read_text(encoding="utf-8"))
    words = tuple(Word(**word) for word in data.pop("words"))
    return Transcription(**data, words=words)
