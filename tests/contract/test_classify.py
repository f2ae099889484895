"""What every classifier must do."""

import json

import pytest

from models.errors import EngineNotFound, OptionsInvalid
from models.registry import load
from models.types import Channel, ClassifyRequest

ENGINES = ["lexical", "meaning", "transformers"]
TEXTS = [
    "i want to cancel my contract please",
    "",
    "um",
    "?!",
    "my card was declined at the shop",
    "thank you for calling " * 200,
    "¿habla español? 你好 🙂",
    "yes",
]


def requests(texts=TEXTS, channel=Channel.CUSTOMER):
    return [ClassifyRequest(text, channel, ("how can i help",)) for text in texts]


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(e, marks=marks)
        for e, marks in (("lexical", ()), ("meaning", ()), ("transformers", pytest.mark.torch))
    ],
)
def engine(request, tmp_path_factory):
    if request.param in ("lexical", "meaning"):
        options = {"intents": {"cancel": {"examples": ["i want to cancel my contract"]}}}
    else:
        folder = tmp_path_factory.mktemp("classifier")
        options = {"model": str(bert(folder)), "device": "cpu", "least": 0.0}
    try:
        made = load("classify", request.param, options)
    except EngineNotFound as err:
        pytest.skip(str(err))
    yield made
    made.close()


def bert(folder):
    """Save a tiny classifier with random weights."""
    torch = pytest.importorskip("torch", reason="needs the torch extra", exc_type=ImportError)
    transformers = pytest.importorskip("transformers", reason="needs the torch extra")
    torch.manual_seed(0)
    words = sorted({word for text in TEXTS for word in text.split()})
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *words]
    (folder / "vocab.txt").write_text("\n".join(vocabulary), "utf-8")
    config = transformers.BertConfig(
        vocab_size=len(vocabulary), hidden_size=32, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=64, max_position_embeddings=64, num_labels=3,
        id2label={0: "cancel", 1: "declined", 2: "none"},
        label2id={"cancel": 0, "declined": 1, "none": 2},
    )  # fmt: skip
    transformers.BertForSequenceClassification(config).save_pretrained(folder)
    (folder / "tokenizer_config.json").write_text(
        json.dumps({"tokenizer_class": "BertTokenizer", "model_max_length": 64})
    )
    return folder


def test_it_says_what_it_is(engine):
    assert engine.info.name in ENGINES
    assert engine.info.licence
    assert engine.info.max_batch >= 1
    assert engine.instant == (engine.info.name == "lexical")


def test_there_is_an_answer_for_every_request_in_order(engine):
    answers = engine.classify(requests())
    assert len(answers) == len(TEXTS)
    backwards = engine.classify(requests(TEXTS[::-1]))[::-1]
    for one, other in zip(answers, backwards, strict=True):
        assert [label.name for label in one] == [label.name for label in other]


def test_a_batch_gives_what_its_texts_give_alone(engine):
    for request, together in zip(requests(), engine.classify(requests()), strict=True):
        alone = engine.classify([request])[0]
        assert [label.name for label in alone] == [label.name for label in together]
        for one, other in zip(alone, together, strict=True):
            assert one.probability == pytest.approx(other.probability, abs=1e-3)


def test_labels_are_probable_and_quote_the_text(engine):
    seen = 0
    for text, labels in zip(TEXTS, engine.classify(requests()), strict=True):
        for label in labels:
            seen += 1
            assert label.kind
            assert label.name
            assert 0 <= label.probability <= 1
            assert label.quote in text
            assert label.engine == engine.info.name
    assert seen


def test_nothing_said_means_nothing(engine):
    assert engine.classify([]) == []
    assert engine.classify(requests(["", "   "])) == [(), ()]


@pytest.mark.parametrize("name", ENGINES)
def test_an_unknown_option_is_refused(name):
    try:
        with pytest.raises(OptionsInvalid, match="unknown option"):
            load("classify", name, {"no_such_option": 1})
    except EngineNotFound as err:
        pytest.skip(str(err))
