"""What the load benchmarks play: stereo calls of any length, each its own cut of the same audio."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.corpus import data_folder
from benchmarks.lags import Trigger
from models.types import Channel
from pipeline.audio.decode import open_audio, open_pair, read_all
from streaming.client import Sound

STEREO = (Channel.AGENT, Channel.CUSTOMER)
REAL = ("Auto_Repairs_40_UTC_agent.wav", "Auto_Repairs_40_UTC_caller.wav")
TRIGGERS = Path(__file__).parent / "triggers"
STEP_S = 13.7


@dataclass(frozen=True, slots=True)
class LoadSound:
    """A long stereo recording that calls take their cuts from."""

    name: str
    sound: Sound

    def cut(self, number: int, seconds: float) -> Sound:
        """Return the `number`-th call's audio: begun elsewhere, so that calls are not in step."""
        rate = self.sound.rate_hz
        whole = self.sound.samples
        size = int(seconds * rate)
        start = int(number * STEP_S * rate) % whole.shape[1]
        turned = np.roll(whole, -start, axis=1)
        times = -(-size // whole.shape[1])
        return Sound(np.tile(turned, (1, times))[:, :size].copy(), rate, self.sound.channels)


def load_sound(name: str) -> LoadSound:
    """Return the recording named "demo" (the bundled calls) or "real" (people on the telephone).

    Raises:
        CorpusNotFound: the call data is not there.
        AudioUnreadable: a file cannot be read.
    """
    if name == "real":
        folder = data_folder() / "aws_calls" / "audio"
        source = open_pair(*(folder / file for file in REAL))
        return LoadSound(name, Sound(read_all(source), source.rate_hz, STEREO))
    from streaming.demo import calls

    parts = [open_audio(call.path) for call in calls()]
    samples = np.concatenate([read_all(part) for part in parts], axis=1)
    return LoadSound("demo", Sound(samples, parts[0].rate_hz, STEREO))


def trigger_sound() -> tuple[Sound, tuple[Trigger, ...]]:
    """Return the call made to call for hints, and when each trigger phrase ends."""
    source = open_audio(TRIGGERS / "triggers.flac")
    told = json.loads((TRIGGERS / "triggers.json").read_text("utf-8"))
    triggers = tuple(Trigger(row["end"], tuple(row["rules"])) for row in told["triggers"])
    return Sound(read_all(source), source.rate_hz, STEREO), triggers
