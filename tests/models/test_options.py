import pytest

from models.errors import OptionsInvalid
from models.options import EngineOptions, read_options


class Options(EngineOptions):
    beams: int = 1


def test_known_options_are_read():
    assert read_options(Options, {"beams": 3}, engine="x").beams == 3


@pytest.mark.parametrize(
    ("given", "said"),
    [({"beam": 3}, "beam: unknown option"), ({"beams": "many"}, "beams: Input should be")],
)
def test_a_fault_is_one_line_that_names_engine_option_and_what_is_known(given, said):
    with pytest.raises(OptionsInvalid) as caught:
        read_options(Options, given, engine="x")
    message = str(caught.value)
    assert message.startswith("engine x: ")
    assert said in message
    assert "known options: beams" in message
    assert "\n" not in message
