"""Signals as exceptions, in the main thread only and for as long as the block runs."""

import os
import signal
import threading

import pytest

import penstock as dg


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_is_raised_inside(number):
    before = signal.getsignal(number)

    with pytest.raises(dg.DagsterExecutionInterruptedError), dg.raise_execution_interrupts():
        os.kill(os.getpid(), number)

    assert signal.getsignal(number) is before


def test_a_handler_of_somebody_else_stays():
    seen = []
    before = signal.signal(signal.SIGTERM, lambda number, frame: seen.append(number))
    try:
        with dg.raise_execution_interrupts():
            os.kill(os.getpid(), signal.SIGTERM)
    finally:
        signal.signal(signal.SIGTERM, before)

    assert seen == [signal.SIGTERM]


def test_another_thread_changes_nothing():
    handlers = []

    def look() -> None:
        with dg.raise_execution_interrupts():
            handlers.append(signal.getsignal(signal.SIGTERM))

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()

    assert handlers == [signal.SIG_DFL]
