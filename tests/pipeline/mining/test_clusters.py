import numpy as np

from pipeline.mining.clusters import Turn, cluster, kmeans

TOPICS = ("my parcel is late again", "I want to pay my bill", "the app does not open")


def made(each=30, noise=0.03, seed=2):
    random = np.random.default_rng(seed)
    middles = np.eye(3, 32, dtype=np.float32)
    turns, rows = [], []
    for n in range(3 * each):
        topic = n % 3
        turns.append(Turn(f"c{n // 3}", n, 5.0, f"{TOPICS[topic]} number {n}"))
        rows.append(middles[topic] + random.normal(0, noise, 32))
    rows.append(random.normal(0, 1, 32))
    turns.append(Turn("odd", 999, 5.0, "lovely weather"))
    vectors = np.array(rows, np.float32)
    return turns, vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_what_means_the_same_is_gathered_counted_and_named():
    found = cluster(*made())
    assert [c.calls for c in found.clusters] == [30, 30, 30]
    named = sorted(" ".join(c.terms) for c in found.clusters)
    assert "app" in named[1] + named[0] + named[2]
    assert all(
        any(w in " ".join(c.terms) for w in ("parcel", "bill", "app")) for c in found.clusters
    )
    for one in found.clusters:
        assert len({q.text.split(" number")[0] for q in one.quotes}) == 1
        assert one.tightness > 0.9


def test_the_same_turns_give_the_same_clusters():
    assert cluster(*made()) == cluster(*made())


def test_odd_ones_are_left_over_and_nothing_gives_nothing():
    assert cluster(*made()).left_over == 1
    assert cluster([], np.empty((0, 1), np.float32)).clusters == ()


def test_equal_vectors_are_one_cluster():
    assert set(kmeans(np.ones((9, 4), np.float32) / 2, 3)) == {0}
