"""Makes the call that calls for hints: `python -m benchmarks.make_triggers` (needs flite).

Each utterance is spoken in two pieces, up to the end of its trigger phrase and what comes after, so
that the second at which the phrase ends is known to the sample. Some triggers stand in the middle
of a long utterance and some end it. The packs that answer are the shipped `core_call` and
`card_payment`; the order keeps each hint clear of the cool-downs of those before it.
"""

import json
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from models.types import Channel, Samples
from pipeline.audio.resample import resample

FOLDER = Path(__file__).parent / "triggers"
RATE_HZ = 8_000
SEED = 7
LEVEL = 0.35
"""Peak of the voices."""
HISS = 0.0001
"""Of the line, root mean square: -80 dBFS."""
QUIET = 0.02
"""Share of a piece's peak under which its ends are trimmed."""
JOIN_S = 0.04
TURN_S = 0.9
"""Silence between turns; more than the endpointer's, so that each turn is an utterance."""
VOICES = {Channel.AGENT: "rms", Channel.CUSTOMER: "slt"}


@dataclass(frozen=True, slots=True)
class Line:
    """One utterance: `upto` ends with the trigger phrase; no `rules`, no trigger."""

    channel: Channel
    upto: str
    after: str = ""
    rules: tuple[str, ...] = ()


A, C = Channel.AGENT, Channel.CUSTOMER

RECALL = ("recall_last_case", "CORE-07")
EMERGENCY = ("CORE-14",)
DECLINED = ("M3-10",)
CARD = ("M3-01", "M3-05")
CODE = ("pause_capture_code", "M3-01")
"""Rules of which one answers: cards of one topic make way for each other."""

SCRIPT = (
    Line(A, "Good morning, thank you for calling Northwind. How can I help you today?"),
    Line(C, "Hello, this is the third time I have called", "about the same washing machine.",
         RECALL),
    Line(A, "Okay, let me open the account for you."),
    Line(C, "Before we begin, please stop recording", "because I never agreed to that at all.",
         ("stop_recording",)),
    Line(A, "That is fine, I have made a note of it."),
    Line(C, "I am sorry, but I think that you are breaking up", "a little bit at the moment.",
         ("bad_line",)),
    Line(A, "Is it any better now that I have moved?"),
    Line(C, "Yes it is. I want to speak to a supervisor", "as soon as there is one free, please.",
         ("offer_supervisor",)),
    Line(A, "I understand, let me look at the order first."),
    Line(C, "My mother is here with me, and I think that we need an interpreter",
         "if you have one there today.", ("offer_interpreter",)),
    Line(A, "No problem, we can take it slowly."),
    Line(C, "Wait a moment, I think that the kitchen is on fire", "at the back of the cooker.",
         EMERGENCY),
    Line(A, "Please stay calm and leave the house."),
    Line(C, "It was only some steam. I want to pay, but I do not feel safe doing that on the phone",
         "with people about.", ("refuses_card",)),
    Line(A, "I can see why you would ask about that."),
    Line(C, "Well, I have paid before, and every single time my card was declined",
         "by the bank for no reason.", DECLINED),
    Line(A, "Let us try it again. Could I take the long card number",
         "from the front of the card, please?", CARD),
    Line(C, "Just a moment, my purse is in the other room."),
    Line(A, "Take your time. When you are back I will also need the security code",
         rules=CODE),
    Line(C, "Okay, I am back again now."),
    Line(A, "Good, I can hear you well."),
    Line(C, "Then before we go on with this, please turn off the recording", "for a minute or two.",
         ("stop_recording",)),
    Line(A, "Of course, that is no trouble at all. Tell me when you are ready."),
    Line(C, "Just one second, there is somebody at the door."),
    Line(A, "I will wait. Is everything all right at home?"),
    Line(C, "Yes, it was only the parcel that I was waiting for."),
    Line(A, "I am glad. And when you have signed for it, I will want the security code", "as well.",
         CODE),
    Line(C, "All right, I will call you back in a moment."),
    Line(A, "Please do, and thank you for waiting."),
)  # fmt: skip


def main() -> None:
    """Write triggers.flac and triggers.json."""
    pieces: list[Samples] = []
    told: list[dict[str, object]] = []
    script: list[dict[str, object]] = []
    at = 0
    for line in SCRIPT:
        first, later = speak(line.upto, line.channel), speak(line.after, line.channel)
        join = np.zeros(int(JOIN_S * RATE_HZ) if line.after else 0, np.float32)
        said = np.concatenate([first, join, later])
        row = np.zeros((2, len(said) + int(TURN_S * RATE_HZ)), np.float32)
        row[0 if line.channel is A else 1, : len(said)] = said
        pieces.append(row)
        start, end = at / RATE_HZ, (at + len(first)) / RATE_HZ
        text = f"{line.upto} {line.after}".strip()
        script.append(
            {
                "channel": line.channel.value,
                "start": round(start, 4),
                "end": round((at + len(said)) / RATE_HZ, 4),
                "text": text,
            }
        )
        if line.rules:
            told.append(
                {
                    "rules": list(line.rules),
                    "end": round(end, 4),
                    "channel": line.channel.value,
                    "upto": line.upto,
                    "last": not line.after,
                }
            )
        at += row.shape[1]
    samples = np.concatenate(pieces, axis=1)
    hiss = np.random.default_rng(SEED).normal(0, HISS, samples.shape).astype(np.float32)
    FOLDER.mkdir(exist_ok=True)
    soundfile.write(FOLDER / "triggers.flac", (samples + hiss).T, RATE_HZ, subtype="PCM_16")
    text = json.dumps({"rate_hz": RATE_HZ, "triggers": told, "script": script}, indent=1)
    (FOLDER / "triggers.json").write_text(text + "\n", "utf-8")
    print(f"{at / RATE_HZ:.1f} s, {len(told)} triggers")


def speak(text: str, channel: Channel) -> Samples:
    """Return a text spoken in the channel's voice, without silence at its ends."""
    if not text:
        return np.zeros(0, np.float32)
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:
        command = ["flite", "-voice", VOICES[channel], "-t", text, "-o", file.name]
        subprocess.run(command, check=True)  # noqa: S603 - our own words
        loud, rate_hz = soundfile.read(file.name, dtype="float32")
    samples = resample(loud, rate_hz, RATE_HZ)
    peak = float(np.abs(samples).max())
    heard = np.flatnonzero(np.abs(samples) > QUIET * peak)
    return np.ascontiguousarray(samples[heard[0] : heard[-1] + 1] * (LEVEL / peak))


if __name__ == "__main__":
    main()
