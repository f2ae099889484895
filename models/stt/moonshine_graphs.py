"""Moonshine tiny-en put together again from its own weights, in far fewer operations.

The shipped graphs come from an exporter that spells every reshape out: about 900 small operations
for each token. The same arithmetic is written here with fused operators: quantised product,
rotary embedding, attention with a cache, norm with skip. The graphs take one clip, or several of
equal length, and hold no masks. Whoever changes a graph raises `moonshine_cache.BUILDER_VERSION`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.stt.beam import CHOICES
from models.stt.moonshine_maker import FLOAT, INT64, GraphMaker
from models.stt.moonshine_sessions import HEAD, HEADS, LAYERS
from models.stt.moonshine_weights import OrtWeights, Projection, side_by_side

HIDDEN = HEADS * HEAD
ROTATED = 32
"""How many of a head's dimensions turn with the position."""

EPSILON = 1e-5
POSITIONS = 2048
"""Most encoder frames (41.7 a second) or tokens that the rotary tables reach."""

THETA = 10_000.0


@dataclass(frozen=True, slots=True)
class Rotary:
    """Names of the cosine and sine tables in a graph, both [POSITIONS, ROTATED / 2]."""

    cosines: str
    sines: str


def _rotary(maker: GraphMaker) -> Rotary:
    turns = THETA ** (-np.arange(0, ROTATED, 2, dtype=np.float64) / ROTATED)
    angles = np.outer(np.arange(POSITIONS), turns)
    return Rotary(
        maker.constant(np.cos(angles).astype(np.float32)),
        maker.constant(np.sin(angles).astype(np.float32)),
    )


def _rotate(maker: GraphMaker, value: str, position: str, tables: Rotary) -> str:
    return maker.apply(
        "RotaryEmbedding",
        *(value, position, tables.cosines, tables.sines),
        contrib=True,
        interleaved=1,
        num_heads=HEADS,
        rotary_embedding_dim=ROTATED,
    )


def _attend(
    maker: GraphMaker, query: str, key: str, value: str, past: tuple[str, str] | None = None
) -> list[str]:
    """Attend; with a past, return the longer keys and values too."""
    inputs = [query, key, value]
    if past is not None:
        inputs += ["", "", "", *past]
    return maker.apply_many(
        "MultiHeadAttention",
        inputs,
        1 if past is None else 3,
        contrib=True,
        num_heads=HEADS,
        scale=1.0,
        unidirectional=int(past is not None),
    )


def _norm(maker: GraphMaker, value: str, gain: NDArray[np.float32]) -> str:
    return maker.apply("LayerNormalization", value, maker.constant(gain), axis=-1, epsilon=EPSILON)


def _add_norm(
    maker: GraphMaker, value: str, more: str, gain: NDArray[np.float32]
) -> tuple[str, str]:
    """Add and normalise; return the normalised sum and the sum.

    Kept as two operators: onnxruntime's fused one takes eight times as long over many rows.
    """
    total = maker.apply("Add", value, more)
    return _norm(maker, total, gain), total


def _split_three(maker: GraphMaker, value: str) -> list[str]:
    return maker.apply_many("Split", (value, maker.numbers(HIDDEN, HIDDEN, HIDDEN)), 3, axis=2)


def _query(weights: OrtWeights, layer: str) -> Projection:
    """Return a query projection with attention's scale folded in.

    Left to the attention operator, the scale keeps it off its fast path for one row.
    """
    return weights.projection(f"{layer}/q_proj").scaled(HEAD**-0.5)


def _self_projection(weights: OrtWeights, layer: str) -> Projection:
    parts = [weights.projection(f"{layer}/self_attn/{part}_proj") for part in "kv"]
    return side_by_side([_query(weights, f"{layer}/self_attn"), *parts])


def build_encoder(encoder: OrtWeights, decoder: OrtWeights) -> bytes:
    """Build the graph from samples to what the decoder attends to.

    `audio` f32 [clips, samples] at 16 kHz becomes `cross` f32 [12, clips, 8, frames, 36]: keys and
    values of the six decoder layers by turns.
    """
    maker = GraphMaker("moonshine_encoder")
    audio = maker.input("audio", FLOAT, ("clips", "samples"))
    total = _stem(maker, encoder, audio)
    position = maker.numbers(0)
    tables = _rotary(maker)
    normal = _norm(maker, total, encoder.norm("/layers.0/input_layernorm"))
    for index in range(LAYERS):
        layer = f"/layers.{index}"
        joint = maker.project(normal, _self_projection(encoder, layer))
        query, key, value = _split_three(maker, joint)
        query = _rotate(maker, query, position, tables)
        key = _rotate(maker, key, position, tables)
        heard = _attend(maker, query, key, value)[0]
        heard = maker.project(heard, encoder.projection(f"{layer}/self_attn/o_proj"))
        gain = encoder.norm(f"{layer}/post_attention_layernorm")
        normal, total = _add_norm(maker, total, heard, gain)
        wide = maker.project(normal, encoder.projection(f"{layer}/mlp/fc1"))
        wide = maker.apply("Gelu", wide, contrib=True)
        narrow = maker.project(wide, encoder.projection(f"{layer}/mlp/fc2"))
        last = index == LAYERS - 1
        gain = (
            encoder.operand("SkipLayerNormalization", 2)
            if last
            else encoder.norm(f"/layers.{index + 1}/input_layernorm")
        )
        normal, total = _add_norm(maker, total, narrow, gain)
    cross = [
        decoder.projection(f"/model/decoder/layers.{index}/encoder_attn/{part}_proj")
        for index in range(LAYERS)
        for part in "kv"
    ]
    flat = maker.project(normal, side_by_side(cross))
    parts = maker.apply("Reshape", flat, maker.numbers(0, 0, 2 * LAYERS, HEADS, HEAD))
    parts = maker.apply("Transpose", parts, perm=[2, 0, 3, 1, 4])
    maker.output(parts, "cross", FLOAT, (2 * LAYERS, "clips", HEADS, "frames", HEAD))
    return maker.model()


def _stem(maker: GraphMaker, weights: OrtWeights, audio: str) -> str:
    """Three convolutions that turn 16,000 samples a second into 41.7 frames a second."""
    wave = maker.apply("Unsqueeze", audio, maker.numbers(1))
    wave = maker.apply(
        "Conv", wave, maker.constant(weights.operand("/conv1/Conv", 1)), strides=[64]
    )
    wave = maker.apply("Tanh", wave)
    flat = maker.apply("Reshape", wave, maker.numbers(0, 1, -1))
    one, zero = (maker.constant(np.full(1, value, dtype=np.float32)) for value in (1, 0))
    flat = maker.apply("InstanceNormalization", flat, one, zero, epsilon=EPSILON)
    wave = maker.apply("Reshape", flat, maker.numbers(0, HIDDEN, -1))
    # The norm's gain and offset are folded into the next convolution, which pads nothing.
    gain = weights.operand("/groupnorm/Mul", 1)[:, 0]
    offset = weights.operand("/groupnorm/Add", 1)[:, 0]
    kernel = weights.operand("/conv2/Conv", 1)
    bias = weights.operand("/conv2/Conv", 2) + np.einsum("oik,i->o", kernel, offset)
    kernel = kernel * gain[None, :, None]
    wave = maker.apply("Conv", wave, maker.constant(kernel), maker.constant(bias), strides=[3])
    wave = maker.apply("Gelu", wave, contrib=True)
    kernel, bias = (weights.operand("/conv3/Conv", place) for place in (1, 2))
    wave = maker.apply("Conv", wave, maker.constant(kernel), maker.constant(bias), strides=[2])
    wave = maker.apply("Gelu", wave, contrib=True)
    return maker.apply("Transpose", wave, perm=[0, 2, 1])


def build_decoder(decoder: OrtWeights) -> bytes:
    """Build the graph of one step of the decoder.

    `ids` i64 [clips, step], `position` i64 [1] (tokens before this step), the cache `past_0` to
    `past_11` f32 [clips, 8, position, 36] (keys and values of the six layers by turns) and
    `cross_0` to `cross_11` give the likeliest next tokens, best first, as `tokens` i64 and `logits`
    f32, both [clips, step, CHOICES], with `chance` f32 [clips, step] (the best one's probability),
    and the longer cache `present_0` to `present_11`.
    """
    maker = GraphMaker("moonshine_decoder")
    ids = maker.input("ids", INT64, ("clips", "step"))
    position = maker.input("position", INT64, (1,))
    tables = _rotary(maker)
    total = _embed(maker, decoder, ids)
    normal = _norm(maker, total, decoder.norm("/model/decoder/layers.0/input_layernorm"))
    for index in range(LAYERS):
        layer = f"/model/decoder/layers.{index}"
        joint = maker.project(normal, _self_projection(decoder, layer))
        query, key, value = _split_three(maker, joint)
        query = _rotate(maker, query, position, tables)
        key = _rotate(maker, key, position, tables)
        past_key, past_value = (
            maker.input(f"past_{2 * index + i}", FLOAT, ("clips", HEADS, "past", HEAD))
            for i in (0, 1)
        )
        heard, *present = _attend(maker, query, key, value, (past_key, past_value))
        for i, cache in enumerate(present):
            shape = ("clips", HEADS, "present", HEAD)
            maker.output(cache, f"present_{2 * index + i}", FLOAT, shape)
        heard = maker.project(heard, decoder.projection(f"{layer}/self_attn/o_proj"))
        gain = decoder.norm(f"{layer}/post_attention_layernorm")
        normal, total = _add_norm(maker, total, heard, gain)
        query = maker.project(normal, _query(decoder, f"{layer}/encoder_attn"))
        cross_key, cross_value = (
            maker.input(f"cross_{2 * index + i}", FLOAT, ("clips", HEADS, "frames", HEAD))
            for i in (0, 1)
        )
        heard = _attend(maker, query, cross_key, cross_value)[0]
        heard = maker.project(heard, decoder.projection(f"{layer}/encoder_attn/o_proj"))
        normal, total = _add_norm(maker, total, heard, decoder.norm(f"{layer}/final_layernorm"))
        narrow = _gated(maker, decoder, layer, normal)
        following = f"/model/decoder/layers.{index + 1}/input_layernorm"
        gain = decoder.norm("/model/decoder/norm" if index == LAYERS - 1 else following)
        normal, total = _add_norm(maker, total, narrow, gain)
    logits = maker.project(normal, decoder.projection("/proj_out"))
    # The best of 32,768 by TopK takes 17 us, by ArgMax 45; its probability 12 us more.
    values, tokens = maker.apply_many("TopK", (logits, maker.numbers(CHOICES)), 2, axis=-1)
    chance = maker.apply("Softmax", logits, axis=-1)
    chance = maker.apply("ReduceMax", chance, axes=[-1], keepdims=0)
    maker.output(tokens, "tokens", INT64, ("clips", "step", CHOICES))
    maker.output(values, "logits", FLOAT, ("clips", "step", CHOICES))
    maker.output(chance, "chance", FLOAT, ("clips", "step"))
    return maker.model()


def _embed(maker: GraphMaker, weights: OrtWeights, ids: str) -> str:
    node = "/model/decoder/embed_tokens/Gather"
    table = weights.operand(node, 0)
    scale, zero = (weights.operand(f"{node}_output_0_DequantizeLinear", at) for at in (1, 2))
    rows = maker.apply("Gather", maker.constant(table), ids, axis=0)
    return maker.apply("DequantizeLinear", rows, maker.constant(scale), maker.constant(zero))


def _gated(maker: GraphMaker, weights: OrtWeights, layer: str, value: str) -> str:
    """Apply the decoder's feed-forward part: half of it gates the other half."""
    wide = weights.projection(f"{layer}/mlp/fc1")
    half = wide.weight.shape[1] // 2
    both = maker.project(value, wide)
    held, gate = maker.apply_many("Split", (both, maker.numbers(half, half)), 2, axis=2)
    gate = maker.apply("QuickGelu", gate, contrib=True, alpha=1.0)
    product = maker.apply("Mul", held, gate)
    return maker.project(product, weights.projection(f"{layer}/mlp/fc2"))
