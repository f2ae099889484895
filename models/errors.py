"""What can go wrong with a model.

ModelError
├── EngineNotFound     no engine of that name, or its package is not installed
├── WeightsNotFound    the weights are not on disk; the message names the command that fetches them
├── WeightsCorrupt     a file does not match its checksum
├── FetchFailed        weights could not be fetched: no such name, no network, no room
├── OptionsInvalid     an engine was given an option it does not know or cannot use
├── EngineFailed       the engine raised while reading a batch
├── ClipTooLong        a clip exceeds what the engine takes
└── UnsupportedRate    the engine does not hear this sample rate
"""


class ModelError(Exception):
    """Any failure of an engine or its weights; `code` is stable, the message is for people."""

    code = "model_error"


class EngineNotFound(ModelError):
    """No such engine, or its package is missing."""

    code = "engine_not_found"


class WeightsNotFound(ModelError):
    """The weights are not on disk."""

    code = "weights_not_found"


class WeightsCorrupt(ModelError):
    """A weight file does not match its checksum."""

    code = "weights_corrupt"


class FetchFailed(ModelError):
    """Weights could not be fetched."""

    code = "fetch_failed"


class OptionsInvalid(ModelError):
    """An engine's option is unknown, or its value does not fit."""

    code = "engine_options_invalid"


class EngineFailed(ModelError):
    """The engine raised while reading."""

    code = "engine_failed"


class ClipTooLong(ModelError):
    """The clip is longer than the engine takes."""

    code = "clip_too_long"


class UnsupportedRate(ModelError):
    """The engine does not hear this rate."""

    code = "unsupported_rate"
