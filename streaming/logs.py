"""Sets up logging, once, for a command that needs it: readable on a terminal, JSON in service."""

import logging
import sys

import structlog


def set_up_logging(level: str) -> None:
    """Log to standard error from this level on; transcript text is never logged above debug."""
    terminal = sys.stderr.isatty()
    renderer: structlog.typing.Processor = (
        # Pretty tracebacks show local variables, which hold what callers say.
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
        if terminal
        else structlog.processors.JSONRenderer()
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(message)s")
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
