"""An encoder for tests: a text's vector is the sum of its words' directions, its affect by list."""

import hashlib

import numpy as np

from models.encode.plain import plain
from models.engines import EngineInfo
from models.types import Encoded

WIDE = 64
SAME = {"bill": "invoice", "quit": "cancel", "stop": "cancel", "leave": "cancel"}
FEELINGS = ("anger", "joy")
ANGRY, GLAD = {"furious", "disgusting", "outrageous"}, {"lovely", "great", "thanks"}
EMPTY = {"i", "my", "the", "a", "to", "is", "please", "want", "and", "it", "of", "on", "you"}


class TinyEncoder:
    """Words that mean the same have one direction; counts what it is given."""

    dimensions = WIDE
    info = EngineInfo("tiny", "words", "Apache-2.0", max_batch=8)

    def __init__(self, affect=FEELINGS):
        self.affect = affect
        self.seen = []
        self.closed = False

    def encode(self, texts):
        self.seen.append(list(texts))
        vectors = np.zeros((len(texts), WIDE), np.float32)
        affect = np.zeros((len(texts), len(self.affect)), np.float32)
        for at, text in enumerate(texts):
            words = plain(text).split()
            total = sum((direction(w) for w in words), 1e-3 * direction("nothing at all"))
            vectors[at] = total / np.linalg.norm(total)
            if self.affect:
                affect[at] = [4 * len(ANGRY & set(words)) - 2, 4 * len(GLAD & set(words)) - 2]
        return Encoded(vectors, affect)

    def close(self):
        self.closed = True


def direction(word):
    word = SAME.get(word, word)
    seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:4], "big")
    weight = 0.2 if word in EMPTY else 1.0
    return weight * np.random.default_rng(seed).standard_normal(WIDE).astype(np.float32)
