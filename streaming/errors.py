"""What can go wrong at the edge.

StreamingError
├── CannotListen      the address or port cannot be had
├── ServerUnreachable nothing answers at that address, or it refuses the token
└── UsageFault        options that do not go together
"""


class StreamingError(Exception):
    """Any failure at the edge; `code` is stable, the message is for people."""

    code = "streaming_error"


class CannotListen(StreamingError):
    """The address or port cannot be had."""

    code = "cannot_listen"


class ServerUnreachable(StreamingError):
    """Nothing answers there, or it refuses the token."""

    code = "server_unreachable"


class UsageFault(StreamingError):
    """Options that do not go together."""

    code = "usage"
