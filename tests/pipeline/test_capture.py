"""What is remembered while a card is taken."""

from models.types import Channel, Utterance
from pipeline.capture import CAPTURE_S, COMPLETE_S, Capture, Kept, betrayed, chain_to
from pipeline.identifiers import runs

C = Channel.CUSTOMER


def kept(number, start, text, channel=C):
    one = Kept(Utterance(number, channel, start, start + 2, text))
    one.unnamed += runs(text)
    return one


def chain(*texts, gap=4.0):
    all_kept = [kept(i, i * gap, text) for i, text in enumerate(texts)]
    return betrayed(chain_to(all_kept[-1], all_kept[-1].unnamed[-1], all_kept))


def test_a_capture_waits_longer_for_a_number_than_after_it():
    capture = Capture()
    capture.open(10.0, asked=True)
    assert (capture.until, capture.awaited) == (10.0 + CAPTURE_S, True)
    capture.take(runs("5105 1051 0510 5100")[0], C, 20.0)
    assert capture.complete
    assert capture.until == 20.0 + COMPLETE_S


def test_a_capture_knows_figures_again():
    capture = Capture()
    capture.take(runs("5105 1051")[0], C, 20.0)
    assert capture.heard("0510")
    assert not capture.heard("4990")


def test_groups_in_a_row_are_one_number():
    assert len(chain("5105", "1051", "0510", "5100")) == 4


def test_a_long_pause_ends_a_number():
    assert chain("5105 1051 05", "10 5100", gap=30.0) == []


def test_two_telephone_numbers_are_no_card():
    assert chain("206 555 0187", "206 555 0143") == []


def test_twelve_digits_alone_may_be_a_card_with_some_lost():
    assert len(chain("5105 105", "0510 51")) == 2
