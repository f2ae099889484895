"""An engine's options: checked once, when it is made, with errors that name what is known."""

from collections.abc import Mapping
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from models.errors import OptionsInvalid


class EngineOptions(BaseModel):
    """Base of every engine's options: unknown ones are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, protected_namespaces=())


OptionsT = TypeVar("OptionsT", bound=EngineOptions)


def read_options(kind: type[OptionsT], options: Mapping[str, object], *, engine: str) -> OptionsT:
    """Check an engine's options against its model.

    Raises:
        OptionsInvalid: an option is unknown or has a value that does not fit; one line says which.
    """
    try:
        return kind.model_validate(dict(options))
    except ValidationError as err:
        known = ", ".join(sorted(kind.model_fields)) or "none"
        faults = "; ".join(
            f"{'.'.join(map(str, fault['loc'])) or 'options'}: "
            + ("unknown option" if fault["type"] == "extra_forbidden" else fault["msg"])
            for fault in err.errors(include_url=False)
        )
        raise OptionsInvalid(f"engine {engine}: {faults} (known options: {known})") from err
