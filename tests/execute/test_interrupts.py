from __future__ import annotations

import signal
import threading

import pytest

from penstock.errors import ExecutionInterruptedError
from penstock.execute.interrupts import Interrupt, interrupt_all, registered


def test_a_request_inside_interrupts():
    interrupt = Interrupt()

    with pytest.raises(ExecutionInterruptedError), interrupt.interruptible():
        interrupt.request()

    assert interrupt.requested


def test_a_request_outside_waits_for_the_next_user_code():
    interrupt = Interrupt()
    interrupt.request()

    with pytest.raises(ExecutionInterruptedError), interrupt.interruptible():
        pytest.fail("it must not be entered")


def test_a_second_request_does_not_interrupt_the_cleaning_up():
    interrupt = Interrupt()
    cleaned: list[str] = []

    with pytest.raises(ExecutionInterruptedError), interrupt.interruptible():  # noqa: PT012
        try:
            interrupt.request()
        finally:
            interrupt.request()
            cleaned.append("up")

    assert cleaned == ["up"]


def test_shielded_code_ends_before_the_interrupt_arrives():
    interrupt = Interrupt()
    done: list[str] = []

    with pytest.raises(ExecutionInterruptedError), interrupt.interruptible():  # noqa: PT012
        with interrupt.shielded():
            interrupt.request()
            done.append("shielded")
        done.append("after")

    assert done == ["shielded"]


def test_ctrl_c_reaches_the_run_of_the_main_thread():
    with (
        registered() as interrupt,
        pytest.raises(ExecutionInterruptedError),
        interrupt.interruptible(),
    ):
        signal.raise_signal(signal.SIGINT)

    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.parametrize("spins", [0, 10, 1000, 100_000])
def test_interrupts_of_other_threads_arrive_inside_or_never(spins: int):
    outcomes: list[str] = []
    rounds = 40
    ready = threading.Barrier(rounds + 1)

    def run() -> None:
        with registered() as interrupt:
            ready.wait()
            try:
                while not interrupt.requested:
                    try:
                        with interrupt.interruptible():
                            sum(range(spins))
                            with interrupt.shielded():
                                sum(range(10))
                    except ExecutionInterruptedError:
                        outcomes.append("inside")
                        break
                else:
                    outcomes.append("between")
                sum(range(1000))
            except ExecutionInterruptedError:
                outcomes.append("outside")

    threads = [threading.Thread(target=run) for _ in range(rounds)]
    for thread in threads:
        thread.start()
    ready.wait()
    interrupt_all()
    for thread in threads:
        thread.join()

    assert len(outcomes) == rounds
    assert "outside" not in outcomes
