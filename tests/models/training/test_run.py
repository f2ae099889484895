import pytest

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.torch


@pytest.fixture(autouse=True)
def one_thread():
    """Tiny products are not worth a second thread, which waits where the machine is busy."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def made():
    from models.training.encoder import Encoder
    from models.training.recipe import Batches, Mix
    from tests.models.training.test_recipe import CORPUS
    from tests.models.training.tiny import shape, tokenizer

    def make(seed=0):
        torch.manual_seed(seed)
        encoder = Encoder(shape(), len(CORPUS.affect_names))
        batches = Batches(CORPUS, tokenizer(), {}, Mix(intents=16, emotions=2), seed)
        return encoder, batches, CORPUS

    return make


def run(made, **plan):
    import copy

    from models.training.run import Plan, train

    encoder, batches, corpus = made()
    teacher = copy.deepcopy(encoder).eval()
    train(encoder, teacher, batches, corpus.intents, Plan(steps=12, warm_up=2, rate=3e-3, **plan))
    return encoder, teacher


def apart(encoder, texts):
    from models.training.run import read
    from tests.models.training.tiny import tokenizer

    pieces = [e.ids for e in tokenizer().encode_batch(texts)]
    with torch.no_grad():
        vectors = read(encoder, pieces, affect=False)[0]
    return float(vectors[0] @ vectors[1])


def test_lines_that_want_different_things_come_apart(made):
    encoder, before = run(made, keep=0.0)
    pair = ["i want to cancel my card", "where is my order"]
    assert apart(encoder, pair) < apart(before, pair) - 0.05


def test_two_runs_of_one_seed_give_one_model(made):
    one, _ = run(made)
    other, _ = run(made)
    pair = ["i want to cancel my card", "where is my order"]
    assert apart(one, pair) == pytest.approx(apart(other, pair), abs=0.02)


@pytest.mark.parametrize("branch", ["meaning", "affect"])
def test_a_branch_alone_leaves_all_else_as_it_was(made, branch):
    encoder, before = run(made, only=branch)
    old, new = before.state_dict(), encoder.state_dict()
    changed = {name.split(".")[0] for name in old if not torch.equal(old[name], new[name])}
    expected = {"meaning"} if branch == "meaning" else {"affect", "affect_dense", "affect_out"}
    assert changed == expected


def test_groups_of_like_length_come_back_in_order(made):
    from models.training.run import read

    encoder, batches, _ = made()
    pieces = batches.pieces(["thanks", "where is my order", "no", "i want to cancel my card", "we"])
    with torch.no_grad():
        together = read(encoder, pieces)
        alone = [read(encoder, [one]) for one in pieces]
    for row, (vector, logits) in enumerate(alone):
        assert torch.allclose(together[0][row], vector[0], atol=0.02)
        assert torch.allclose(together[1][row], logits[0], atol=0.02)


def test_a_step_without_a_labelled_line_is_no_fault(made):
    from dataclasses import replace

    from models.training.recipe import Batches, Mix
    from models.training.run import Plan, train
    from tests.models.training.tiny import tokenizer

    encoder, _, corpus = made()
    unknown = replace(corpus, intents=tuple(replace(x, intent="") for x in corpus.intents[:4]))
    batches = Batches(unknown, tokenizer(), {}, Mix(intents=4, emotions=2), 0)
    train(encoder, encoder, batches, unknown.intents, Plan(steps=2, warm_up=1, only="meaning"))
    assert all(torch.isfinite(weight).all() for weight in encoder.parameters())
