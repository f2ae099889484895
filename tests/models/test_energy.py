import numpy as np
import pytest

from models.errors import OptionsInvalid
from models.vad.energy import create


def hum(level, window):
    return (level * np.sqrt(2) * np.sin(2 * np.pi * np.arange(window) / 16)).astype(np.float32)


@pytest.mark.parametrize("rate", [8_000, 16_000, 24_000])
def test_the_threshold_parts_loud_from_quiet(rate):
    engine = create({"threshold": 0.05})
    window = engine.window(rate)
    audio = np.stack([hum(0.04, window), hum(0.06, window), np.zeros(window, np.float32)])
    assert engine.measure([engine.open(rate)], [audio])[0].tolist() == [0.0, 1.0, 0.0]


def test_a_threshold_of_nothing_is_refused():
    with pytest.raises(OptionsInvalid, match="threshold"):
        create({"threshold": 0})
