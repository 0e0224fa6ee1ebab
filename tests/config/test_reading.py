from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from penstock.config.model import Config
from penstock.config.reading import Reading


class Everything(Config):
    names: set[str] = set()
    day: date | None = None
    pairs: tuple[int, str] = (0, "")
    limit: int = 0


def told(raw, **environment):
    reading = Reading(environment)
    reading.read_model(Everything, raw, path="p")
    return [str(problem) for problem in reading.problems]


def test_lists_become_sets_and_tuples_and_text_becomes_a_date():
    made = Reading({}).read_model(
        Everything, {"names": ["a", "a"], "day": "2024-01-31", "pairs": [1, "x"]}, path="p"
    )

    assert made == Everything(names={"a"}, day=date(2024, 1, 31), pairs=(1, "x"))


def test_what_does_not_become_one_is_told():
    assert told({"names": [["a"]], "day": "soon", "pairs": ["x", "y"]}) == [
        "p:names: found a list; expected a list of plain values.",
        "p:day: found text 'soon'; expected a date or null.",
        "p:pairs[0]: found text 'x'; expected an integer.",
    ]


def test_a_neighbour_with_a_longer_name_does_not_hide_what_was_found():
    class Two(Config):
        port: int
        port_name: str

    reading = Reading({"N": "n"})
    reading.read_model(Two, {"port_name": {"env": "N"}, "port": "x"}, path="p")

    assert [str(p) for p in reading.problems] == ["p:port: found text 'x'; expected an integer."]


@given(text=st.text(alphabet='ghijk /"{}', min_size=8))
def test_the_text_of_a_variable_is_in_no_problem(text):
    problems = told({"limit": {"env": "SECRET"}}, SECRET=text)

    assert problems == ['p:limit: found the value of EnvVar("SECRET"); expected an integer.']
