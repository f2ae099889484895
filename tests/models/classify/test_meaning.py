import json
import threading

import numpy as np
import pytest
from tiny import FEELINGS, TinyEncoder

from models.classify import likeness, meaning
from models.classify.affect import ANGER, features, fit_affect
from models.classify.calibrator import Calibrator
from models.classify.exemplars import Exemplars, Fit, Learner
from models.classify.fewshot import FEATURES
from models.classify.meaning import MeaningClassifier, create, numbers
from models.errors import EngineFailed, OptionsInvalid, WeightsCorrupt, WeightsNotFound
from models.types import Channel, ClassifyRequest

BILL = Exemplars(("my invoice is too high", "explain the invoice", "the invoice is wrong"))
CANCEL = Exemplars(("i want to cancel", "cancel my contract", "please cancel it"))
AGENT = Exemplars(("anything else today", "is there anything else"), speaker=Channel.AGENT)
RECORDED = Exemplars(
    ("this call is recorded", "we record every call"),
    ("this call is not recorded",),
    Channel.AGENT,
)
WANTED = Fit({"bill": BILL, "cancel": CANCEL, "more": AGENT}, {"REC-1:0": RECORDED})


def weights(names, **given):
    return np.array([given.get(name, 0.0) for name in names])


WANTS = Calibrator(FEATURES, weights(FEATURES, share=1.0, against_none=1.0), 1.5)
MEANINGS = Calibrator(
    likeness.FEATURES, weights(likeness.FEATURES, best=8.0, denied_added=-6.0), -4.0
)


def classifier(encoder=None, **more):
    return MeaningClassifier(encoder or TinyEncoder(), wants=WANTS, meanings=MEANINGS, **more)


def read(engine, text, channel=Channel.CUSTOMER, fit=None, **more):
    key = engine.fit(fit or WANTED)
    return engine.classify([ClassifyRequest(text, channel, fit=key, **more)])[0]


def names(labels, kind="intent"):
    return [label.name for label in labels if label.kind == kind]


def test_paraphrases_mean_what_examples_mean():
    (label,) = read(classifier(), "my bill again please")
    assert (label.kind, label.name, label.engine) == ("intent", "bill", "meaning")
    assert 0.5 <= label.probability <= 1
    assert label.quote == "my bill again please"


def test_nothing_is_a_first_class_answer():
    assert read(classifier(), "good morning") == ()
    assert read(classifier(), "") == ()


def test_two_wants_in_one_breath_are_two_labels_each_with_its_words():
    text = "so the bill you sent is wrong and also i want to quit it"
    labels = read(classifier(), text)
    assert set(names(labels)) == {"bill", "cancel"}
    quotes = {label.name: label.quote for label in labels}
    assert "bill" in quotes["bill"]
    assert "quit" in quotes["cancel"]
    assert all(quote in text for quote in quotes.values())


def test_a_want_is_told_on_its_speakers_channel_only():
    engine = classifier()
    said = "is there anything else"
    assert names(read(engine, said, Channel.AGENT)) == ["more"]
    assert names(read(engine, said, Channel.CUSTOMER)) == []
    assert names(read(engine, said, Channel.MIXED)) == ["more"]


def test_a_meaning_is_told_by_its_key_and_a_denial_is_not_it():
    engine = classifier()
    (label,) = read(engine, "every call is recorded", Channel.AGENT)
    assert (label.kind, label.name) == ("semantic", "REC-1:0")
    denied = read(engine, "this call is not recorded", Channel.AGENT)
    assert names(denied, "semantic") == []


def test_each_request_is_read_by_its_own_fit():
    engine = classifier()
    one, other = engine.fit(Fit({"bill": BILL})), engine.fit(Fit({"invoices": BILL}))
    assert one != other
    text = "explain the bill"
    answers = engine.classify(
        [ClassifyRequest(text, Channel.CUSTOMER, fit=k) for k in (one, other)]
    )
    assert [names(labels) for labels in answers] == [["bill"], ["invoices"]]


def test_a_fit_that_was_never_made_is_no_silence():
    with pytest.raises(EngineFailed, match="no fit"):
        classifier().classify([ClassifyRequest("hello", Channel.AGENT, fit="feed")])


def test_without_a_fit_nothing_is_asked():
    assert classifier().classify([ClassifyRequest("cancel", Channel.CUSTOMER)]) == [()]


def test_a_batch_gives_what_each_gives_alone_and_no_text_is_encoded_twice():
    encoder = TinyEncoder()
    engine = classifier(encoder)
    key = engine.fit(WANTED)
    texts = ["cancel it", "the bill", "cancel it", "so the bill is wrong and also i want to quit"]
    requests = [ClassifyRequest(text, Channel.CUSTOMER, fit=key) for text in texts]
    encoder.seen.clear()
    together = engine.classify(requests)
    given = [text for call in encoder.seen for text in call]
    assert len(given) == len(set(given)) == 5
    assert together == [read(classifier(), text) for text in texts]


def test_learning_again_is_cheap():
    encoder = TinyEncoder()
    engine = classifier(encoder)
    key = engine.fit(WANTED)
    calls = len(encoder.seen)
    assert engine.fit(WANTED) == key
    assert len(encoder.seen) == calls


def test_what_was_learned_is_kept_on_disk(tmp_path):
    text = "my bill please"
    first = read(classifier(cache=tmp_path), text)
    encoder = TinyEncoder()
    assert read(classifier(encoder, cache=tmp_path), text) == first
    taught = set(BILL.examples)
    assert not taught & {t for call in encoder.seen for t in call}


def test_a_spoilt_cache_is_learned_anew_and_said(tmp_path, capsys):
    text = "my bill please"
    first = read(classifier(cache=tmp_path), text)
    (file,) = tmp_path.glob("*.npz")
    file.write_bytes(file.read_bytes()[:500])
    assert read(classifier(cache=tmp_path), text) == first
    assert "fit_cache_corrupt" in capsys.readouterr().out
    assert read(classifier(cache=tmp_path), text) == first


def test_other_weights_are_another_fit():
    class Other(TinyEncoder):
        def encode(self, texts):
            made = super().encode(texts)
            return type(made)(-made.vectors, made.affect)

    assert classifier().fit(WANTED) != classifier(Other()).fit(WANTED)


def test_threads_may_fit_and_read_at_once():
    engine, faults = classifier(), []

    def work(number):
        try:
            fit = Fit({f"bill{number % 3}": BILL})
            assert names(read(engine, "the bill", fit=fit)) == [f"bill{number % 3}"]
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []


def feeling():
    rng = np.random.default_rng(5)
    rows, kinds = [], []
    for kind in ("negative", "neutral", "positive"):
        for _ in range(60):
            now = np.array(
                [2.0 if kind == "negative" else -2.0, 2.0 if kind == "positive" else -2.0]
            )
            rows.append(features((now + rng.normal(0, 0.4, 2)).astype(np.float32)))
            kinds.append(kind)
    return fit_affect(FEELINGS, np.array(rows), kinds, np.array([k == "negative" for k in kinds]))


def test_sentiment_and_anger_come_from_the_encoders_feeling():
    engine = classifier(affect=feeling())
    angry = read(engine, "this is outrageous")
    assert names(angry, "sentiment") == ["negative"]
    (anger,) = [label for label in angry if label.kind == "mood"]
    assert (anger.name, anger.quote) == (ANGER, "this is outrageous")
    assert anger.probability > 0.8
    glad = {label.kind: label for label in read(engine, "lovely")}
    assert glad["sentiment"].name == "positive"
    assert glad["mood"].probability < 0.2


def test_an_agent_is_never_angry():
    engine = classifier(affect=feeling())
    labels = read(engine, "outrageous outrageous", Channel.AGENT)
    assert {label.kind for label in labels} & {"mood", "sentiment"} == set()


def test_the_turns_before_are_told_apart_by_who_spoke():
    rng = np.random.default_rng(6)
    rows = rng.normal(0, 2, (400, 8))
    head = fit_affect(FEELINGS, rows, ["neutral"] * 400, rows[:, 2] > 0)
    engine = classifier(affect=head)

    def anger(*turns):
        said, who = zip(*turns, strict=True) if turns else ((), ())
        labels = read(engine, "okay then", context=said, context_channels=who)
        return next(label.probability for label in labels if label.kind == "mood")

    customer, agent = ("outrageous", Channel.CUSTOMER), ("outrageous", Channel.AGENT)
    assert anger(customer) > anger(agent)


def test_it_is_a_learner_and_lets_go_of_its_encoder():
    encoder = TinyEncoder()
    engine = classifier(encoder)
    assert isinstance(engine, Learner)
    assert not engine.instant
    engine.close()
    assert encoder.closed


def test_unknown_options_are_refused():
    with pytest.raises(OptionsInvalid, match="lest"):
        create({"lest": 0.4})


def test_weights_that_are_not_there_are_told(tmp_path):
    with pytest.raises(WeightsNotFound):
        create({"encoder_options": {"folder": str(tmp_path)}})


def test_the_shipped_numbers_are_for_these_features(tmp_path):
    assert numbers(meaning.WANTS, FEATURES).weights.any()
    assert numbers(meaning.MEANINGS, likeness.FEATURES).weights.any()
    (tmp_path / "n.json").write_text(json.dumps({"numbers": {"share": 1.0}}))
    with pytest.raises(WeightsCorrupt):
        numbers(tmp_path / "n.json", FEATURES)
