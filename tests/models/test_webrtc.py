import numpy as np
import pytest

from models.errors import OptionsInvalid
from models.vad.webrtc import create


@pytest.mark.parametrize("rate", [8_000, 16_000])
def test_answers_are_yes_or_no(rate):
    engine = create({})
    noise = (0.3 * np.random.default_rng(0).standard_normal((40, engine.window(rate)))).astype("f4")
    heard = engine.measure([engine.open(rate)], [noise])[0]
    assert set(np.unique(heard)) <= {0.0, 1.0}


def test_a_strict_mode_lets_no_more_through_than_a_lax_one():
    noise = (0.02 * np.random.default_rng(0).standard_normal((200, 240))).astype("f4")
    passed = []
    for mode in (0, 3):
        engine = create({"mode": mode})
        passed.append(engine.measure([engine.open(8_000)], [noise])[0].sum())
    assert passed[1] <= passed[0]
    assert passed[0] > 0


def test_samples_at_full_scale_do_not_wrap():
    engine = create({})
    loud = np.full((1, 240), 1.0, np.float32)
    assert engine.measure([engine.open(8_000)], [loud])[0].shape == (1,)


def test_a_mode_outside_its_range_is_refused():
    with pytest.raises(OptionsInvalid, match="mode"):
        create({"mode": 4})
