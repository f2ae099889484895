"""Calls spoken in tones: real samples through the real pipeline, without weights."""

import numpy as np
import pytest

from models.stt.tone import say
from models.types import Channel

RATE = 8000
AGENT, CUSTOMER = 0, 1


class Script:
    """A two-channel call in the making; `silence` and lines advance one clock."""

    def __init__(self, rate_hz=RATE):
        self.rate_hz = rate_hz
        self._pieces = []
        self._end = 0

    def silence(self, seconds):
        self._end += int(seconds * self.rate_hz)
        return self

    def agent(self, text, pause=1.0):
        return self._say(AGENT, text, pause)

    def customer(self, text, pause=1.0):
        return self._say(CUSTOMER, text, pause)

    def over(self, text, back):
        """The other side speaks `back` seconds before the last line ends."""
        channel = 1 - self._pieces[-1][0]
        start = self._end - int(back * self.rate_hz)
        sound = say(text, rate_hz=self.rate_hz)
        self._pieces.append((channel, max(0, start), sound))
        self._end = max(self._end, start + len(sound))
        return self

    def _say(self, channel, text, pause):
        sound = say(text, rate_hz=self.rate_hz)
        self._pieces.append((channel, self._end, sound))
        self._end += len(sound) + int(pause * self.rate_hz)
        return self

    def samples(self):
        whole = np.zeros(
            (2, max(self._end, max(s + len(x) for _, s, x in self._pieces))), np.float32
        )
        for channel, start, sound in self._pieces:
            whole[channel, start : start + len(sound)] += sound
        return whole


@pytest.fixture
def script():
    return Script


@pytest.fixture
def channels():
    return (Channel.AGENT, Channel.CUSTOMER)
