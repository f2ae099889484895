"""What can go wrong with a call.

PipelineError
├── AudioUnreadable    a file or message holds no audio that can be read
├── FrameOutOfOrder    a frame does not start where the last one stopped
├── Overloaded         a job of a kind that may be shed was shed
├── StoreUnavailable   the database cannot be written or read
├── CallBusy           a call of that id is connected already, or over
├── CallFailed         a fault of ours ended the call in the middle
├── CallNotFound       no call of that id
├── CallOpen           the call is not over, or not scored yet
├── AnswerRefused      a question of the form cannot be answered so
├── RequestRefused     what a person asked for is not possible as things stand
├── RecordNotFound     no review, playlist, user ... of that name
├── FormLocked         a form that has scored calls was changed without a new version
└── SettingsInvalid    a setting is wrong; the message names it
"""

from typing import cast


class PipelineError(Exception):
    """Any failure of a call; `code` is stable, the message is for people."""

    code = "pipeline_error"


class AudioUnreadable(PipelineError):
    """No audio that can be read."""

    code = "audio_unreadable"


class FrameOutOfOrder(PipelineError):
    """A frame does not start where the last one stopped."""

    code = "frame_out_of_order"


class Overloaded(PipelineError):
    """The job was shed."""

    code = "overloaded"


class StoreUnavailable(PipelineError):
    """The database cannot be used; `cause` is "locked" | "read_only" | "full" | "corrupt" | ...

    "busy" is our own doing: another thread of this process is writing.
    """

    code = "store_unavailable"

    def __init__(self, message: str, cause: str = "other") -> None:
        super().__init__(message)
        self.cause = cause


class CallBusy(PipelineError):
    """A call of that id is connected already, or over."""

    code = "call_busy"


class CallFailed(PipelineError):
    """A fault of ours ended the call; it takes no more audio."""

    code = "call_failed"


class CallNotFound(PipelineError):
    """No such call."""

    code = "call_not_found"


class CallOpen(PipelineError):
    """The call is not over, or not scored yet."""

    code = "call_open"


class AnswerRefused(PipelineError):
    """A person's answer that the form does not take; the message says what it takes."""

    code = "answer_refused"


class RequestRefused(PipelineError):
    """What a person asked for is not possible as things stand; the message says why."""

    code = "request_refused"


class RecordNotFound(PipelineError):
    """No review, playlist, user ... of that name or number."""

    code = "record_not_found"


class FormLocked(PipelineError):
    """A form that has scored calls was changed; the message says which version to raise."""

    code = "form_locked"


class SettingsInvalid(PipelineError):
    """A setting is wrong."""

    code = "settings_invalid"


def first_cause(error: BaseException) -> BaseException:
    """Return the first failure inside a task group's, or the error itself where it is none."""
    while isinstance(error, BaseExceptionGroup):
        error = cast("BaseException", error.exceptions[0])
    return error
