"""What can go wrong at the edge.

StreamingError
├── CannotListen      the address or port cannot be had
├── ServerUnreachable nothing answers at that address, or it refuses the token
├── ProviderDown      the identity provider does not answer, or not as one
├── SignInRefused     what the identity provider says does not let anybody in
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


class ProviderDown(StreamingError):
    """The identity provider does not answer; `detail` is for the log."""

    code = "provider_down"

    def __init__(self, message: str, detail: str = "") -> None:
        super().__init__(message)
        self.detail = detail


class SignInRefused(StreamingError):
    """The provider's word lets nobody in; `detail` is for the log."""

    code = "sign_in_refused"

    def __init__(self, message: str, detail: str = "") -> None:
        super().__init__(message)
        self.detail = detail


class UsageFault(StreamingError):
    """Options that do not go together."""

    code = "usage"
