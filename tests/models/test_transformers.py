"""The engine on a tiny BERT whose only skill is to know some words: each label has its word."""

import json

import pytest

from models.classify.transformers import create
from models.errors import (
    EngineFailed,
    EngineNotFound,
    OptionsInvalid,
    WeightsCorrupt,
    WeightsNotFound,
)
from models.registry import describe
from models.types import Channel, ClassifyRequest

pytestmark = pytest.mark.torch
LABELS = ["cancel", "refund", "none"]


def libraries():
    return (
        pytest.importorskip("torch", reason="needs the torch extra"),
        pytest.importorskip("transformers", reason="needs the torch extra"),
    )


@pytest.fixture(scope="module")
def build(tmp_path_factory):
    """Save a model that answers with the label whose word is in the text, or "none"."""
    torch, transformers = libraries()
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "cancel", "refund", "please"]

    def make(**more):
        torch.manual_seed(0)
        config = transformers.BertConfig(
            vocab_size=len(words), hidden_size=16, num_hidden_layers=1, num_attention_heads=1,
            intermediate_size=16, max_position_embeddings=32, num_labels=len(LABELS),
            id2label=dict(enumerate(LABELS)), label2id={n: i for i, n in enumerate(LABELS)}, **more,
        )  # fmt: skip
        model = transformers.BertForSequenceClassification(config)
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.zero_()
            bert = model.bert
            for norm in (m for m in model.modules() if isinstance(m, torch.nn.LayerNorm)):
                norm.weight.fill_(1.0)
            for at in (5, 6):
                bert.embeddings.word_embeddings.weight[at, at] = 4.0
            attention = bert.encoder.layer[0].attention
            attention.self.value.weight.copy_(torch.eye(16))
            attention.output.dense.weight.copy_(4 * torch.eye(16))
            bert.pooler.dense.weight.copy_(torch.eye(16))
            model.classifier.weight[0, 5] = model.classifier.weight[1, 6] = 12.0
            model.classifier.bias.copy_(torch.tensor([-4.0, -4.0, 0.0]))
        folder = tmp_path_factory.mktemp("bert")
        model.save_pretrained(folder)
        (folder / "vocab.txt").write_text("\n".join(words))
        (folder / "tokenizer_config.json").write_text(
            json.dumps({"tokenizer_class": "BertTokenizer", "model_max_length": 32})
        )
        return folder

    return make


@pytest.fixture(scope="module")
def one(build):
    return build()


@pytest.fixture(scope="module")
def many(build):
    return build(problem_type="multi_label_classification")


def read(engine, *texts, context=()):
    batch = [ClassifyRequest(text, Channel.CUSTOMER, context) for text in texts]
    return [[(x.kind, x.name) for x in labels] for labels in engine.classify(batch)]


def engine(folder, **options):
    return create({"model": str(folder), "device": "cpu", **options})


def test_each_text_gets_its_label(one):
    found = read(engine(one), "please cancel", "refund please", "please", "")
    assert found == [[("intent", "cancel")], [("intent", "refund")], [("intent", "none")], []]


def test_labels_are_renamed_or_dropped(one):
    labels = {"cancel": {"kind": "risk", "name": "churn"}, "none": False}
    found = read(engine(one, kind="topic", labels=labels), "cancel", "refund", "please")
    assert found == [[("risk", "churn")], [("topic", "refund")], []]


def test_a_model_of_independent_labels_gives_several(many):
    dropped = {"none": None}
    assert sorted(read(engine(many, labels=dropped), "cancel refund")[0]) == [
        ("intent", "cancel"),
        ("intent", "refund"),
    ]
    assert len(read(engine(many, labels=dropped, many=False, least=0.1), "cancel refund")[0]) == 1


def test_nothing_is_said_under_the_threshold(one):
    assert read(engine(one, least=1.0), "cancel", "please") == [[], []]


def test_small_batches_give_what_large_ones_give(one):
    texts = ["cancel", "please please please", "refund", "please", "please cancel please"] * 3
    assert read(engine(one, max_batch=2), *texts) == read(engine(one, max_batch=64), *texts)


def test_context_is_read_when_asked_for_and_a_long_one_does_not_push_out_the_text(one):
    turns = ("cancel",)
    assert read(engine(one), "please", context=turns) == [[("intent", "none")]]
    assert read(engine(one, context=1), "please", context=turns) == [[("intent", "cancel")]]
    long = ("please " * 60,)
    assert read(engine(one, context=1), "refund", context=long) == [[("intent", "refund")]]


def test_a_turn_is_given_with_its_speaker_when_asked_for(one):
    made = engine(one, context=2, speakers=True)
    channels = (Channel.AGENT, Channel.CUSTOMER)
    asked = ClassifyRequest("now", Channel.CUSTOMER, ("hello", "please"), channels)
    assert made._text(asked) == "agent: hello\ncustomer: please\ncustomer: now"
    unknown = ClassifyRequest("now", Channel.AGENT, ("hello", "please"))
    assert made._text(unknown) == "hello\nplease\nagent: now"


def test_a_label_has_its_own_threshold(many):
    labels = {"none": None}
    both = engine(many, labels=labels, thresholds={"cancel": 1.0})
    assert read(both, "cancel refund") == [[("intent", "refund")]]


def test_a_temperature_makes_it_less_sure_and_changes_no_order(one):
    sure, unsure = (
        engine(one, temperature=t, least=0.0).classify(
            [ClassifyRequest("cancel", Channel.CUSTOMER)]
        )[0][0]
        for t in (1.0, 8.0)
    )
    assert (sure.name, unsure.name) == ("cancel", "cancel")
    assert unsure.probability < sure.probability


def test_anger_may_be_read_of_the_customer_alone(one):
    made = engine(one, only="customer", labels={"cancel": {"kind": "mood", "name": "anger"}})
    asked = [ClassifyRequest("cancel", who) for who in (Channel.AGENT, Channel.CUSTOMER)]
    assert [[(x.kind, x.name) for x in said] for said in made.classify(asked)] == [
        [],
        [("mood", "anger")],
    ]


def test_a_label_that_the_model_has_not_is_told(one):
    with pytest.raises(OptionsInvalid, match=r"no label cancle .it has: cancel, refund, none"):
        engine(one, labels={"cancle": None})


def test_texts_of_any_length_come_back_in_their_order(one):
    texts = ["please " * n + word for n, word in enumerate(["cancel", "refund"] * 5)]
    found = read(engine(one, max_batch=3), *texts)
    assert found == [[("intent", text.split()[-1])] for text in texts]


def test_half_precision_on_a_processor_says_the_same(one):
    half = engine(one, precision="bfloat16")
    assert read(half, "cancel", "refund") == [[("intent", "cancel")], [("intent", "refund")]]


def test_the_quote_is_the_text_and_the_engine_is_named(one):
    label = engine(one).classify([ClassifyRequest(" please cancel ", Channel.AGENT)])[0][0]
    assert (label.quote, label.engine) == ("please cancel", "transformers")
    assert 0.5 < label.probability <= 1.0


def test_a_model_that_is_not_on_disk_names_the_command(monkeypatch, tmp_path):
    libraries()
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    for name in ("nobody/no-such-model", "no-such-model"):
        with pytest.raises(WeightsNotFound, match=f"cueline models fetch {name}"):
            create({"model": name, "device": "cpu"})


def test_a_broken_folder_is_told(one, tmp_path):
    with pytest.raises(WeightsCorrupt, match="does not load"):
        engine(tmp_path)


def test_a_closed_engine_says_so(one):
    made = engine(one)
    made.close()
    with pytest.raises(EngineFailed, match="closed"):
        read(made, "cancel")


@pytest.mark.gpu
def test_it_runs_in_half_precision_on_cuda(one):
    torch, _ = libraries()
    if not torch.cuda.is_available():
        pytest.skip("no CUDA device")
    made = create({"model": str(one)})
    assert made.info.device == "cuda"
    assert read(made, "cancel", "refund") == [[("intent", "cancel")], [("intent", "refund")]]


def test_without_torch_the_extra_is_named():
    if describe("classify", "transformers").loads:
        pytest.skip("torch is installed")
    with pytest.raises(EngineNotFound, match=r"pip install 'cueline\[torch\]'"):
        create({"model": "x"})


def test_a_model_must_be_named():
    with pytest.raises(OptionsInvalid, match="model: Field required"):
        create({})
