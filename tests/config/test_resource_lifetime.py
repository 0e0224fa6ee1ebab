from contextlib import asynccontextmanager, contextmanager

import pytest

from penstock.config.resource_lifetime import in_use
from penstock.errors import InvalidDefinitionError


def test_a_plain_object_is_the_resource_even_if_it_could_be_entered(tmp_path):
    file = (tmp_path / "f").open("w")

    with in_use(file) as value:
        assert value is file

    assert not file.closed
    file.close()


def test_what_a_generator_yields_is_released_after_use():
    log = []

    def made():
        log.append("up")
        yield "resource"
        log.append("down")

    with in_use(made()) as value:
        log.append(value)

    assert log == ["up", "resource", "down"]


def test_a_generator_is_released_after_a_failure_of_its_user():
    log = []

    def made():
        yield 1
        log.append("down")

    with pytest.raises(ZeroDivisionError), in_use(made()):
        raise ZeroDivisionError

    assert log == ["down"]


def test_a_context_manager_is_entered_and_left():
    log = []

    @contextmanager
    def made():
        yield 1
        log.append("down")

    with in_use(made()) as value:
        assert value == 1

    assert log == ["down"]


def test_an_async_context_manager_is_entered_and_left():
    log = []

    @asynccontextmanager
    async def made():
        yield 1
        log.append("down")

    with in_use(made()) as value:
        assert value == 1

    assert log == ["down"]


def test_a_generator_without_a_yield_is_an_error():
    def empty():
        return
        yield

    with pytest.raises(InvalidDefinitionError) as raised, in_use(empty()):
        pass

    assert str(raised.value) == (
        "The resource function 'empty' ended without a yield. Yield the resource once."
    )


def test_a_second_yield_is_an_error():
    def two():
        yield 1
        yield 2

    with pytest.raises(InvalidDefinitionError, match="'two' yielded more than once"), in_use(two()):
        pass
