"""Standard streams that are led elsewhere for a thread or a task."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from penstock.base import streams


class Held:
    """A sink that keeps what it takes."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, bytes]] = []

    def write(self, data: bytes, stream: str) -> None:
        self.taken.append((stream, data))

    def flush(self) -> None:
        pass

    def of(self, stream: str) -> bytes:
        return b"".join(data for each, data in self.taken if each == stream)


def test_what_is_printed_goes_to_the_sink_and_elsewhere_to_the_real_stream(capsys):
    held = Held()

    with streams.capturing():
        print("before")
        with streams.into(held):
            print("inside")
            print("wrong", file=sys.stderr)
        print("after")

    assert held.of("out") == b"inside\n"
    assert held.of("err") == b"wrong\n"
    assert capsys.readouterr().out == "before\nafter\n"


def test_bytes_that_are_no_text_are_taken_as_they_are():
    held = Held()

    with streams.capturing(), streams.into(held):
        sys.stdout.buffer.write(b"\xff\x00\xfe")
        print("\udcff")

    assert held.of("out") == b"\xff\x00\xfe\\udcff\n"


def test_each_thread_has_a_sink_of_its_own():
    sinks = [Held() for _ in range(8)]
    barrier = threading.Barrier(8)

    def work(number: int) -> None:
        with streams.into(sinks[number]):
            barrier.wait(10)
            print(number)

    with streams.capturing(), ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))

    assert [held.of("out") for held in sinks] == [f"{n}\n".encode() for n in range(8)]


def test_the_real_streams_are_back_in_the_end():
    before = sys.stdout, sys.stderr

    with streams.capturing(), streams.capturing():
        assert (sys.stdout, sys.stderr) != before

    assert (sys.stdout, sys.stderr) == before


def test_output_of_children_is_taken_in_order_with_what_is_printed(tmp_path: Path):
    held = Held()

    with streams.capturing(descriptors_into=tmp_path), streams.into(held):
        print("one")
        subprocess.run([sys.executable, "-c", "print('two')"], check=True)
        print("three")
        os.write(2, b"from C\n")

    assert held.of("out") == b"one\ntwo\nthree\n"
    assert held.of("err") == b"from C\n"
    assert list(tmp_path.iterdir()) == []


def test_what_a_child_writes_between_two_steps_is_of_none(tmp_path: Path, capfd):
    first, second = Held(), Held()

    with streams.capturing(descriptors_into=tmp_path):
        with streams.into(first):
            os.write(1, b"first\n")
        os.write(1, b"between\n")
        with streams.into(second):
            os.write(1, b"second\n")

    assert (first.of("out"), second.of("out")) == (b"first\n", b"second\n")
    assert capfd.readouterr().out == "between\n"


def test_a_proxy_that_is_collected_does_not_disturb_what_is_captured():
    flushed: list[int] = []

    class Noticing(Held):
        def flush(self) -> None:
            flushed.append(1)

    with streams.capturing():
        pass
    with streams.capturing(), streams.into(Noticing()):
        gc.collect()
        assert flushed == []


def test_a_sink_can_be_entered_again(tmp_path: Path):
    held = Held()
    into = streams.into(held)

    with streams.capturing(descriptors_into=tmp_path):
        for _ in range(3):
            with into:
                print("x")
                os.write(1, b"y\n")

    assert held.of("out") == b"x\ny\n" * 3


def test_the_descriptors_are_left_alone_in_other_threads(tmp_path: Path, capfd):
    held = Held()

    def work() -> None:
        with streams.into(held):
            print("printed")
            os.write(1, b"written\n")

    with streams.capturing(descriptors_into=tmp_path), ThreadPoolExecutor(1) as pool:
        pool.submit(work).result()

    assert held.of("out") == b"printed\n"
    assert capfd.readouterr().out == "written\n"


def test_what_is_said_beyond_the_capture_is_not_taken(tmp_path: Path, capfd):
    held = Held()
    beyond = streams.beyond_capture(sys.__stdout__)

    with streams.capturing(descriptors_into=tmp_path), streams.into(held):
        print("taken")
        print("said", file=beyond)

    assert held.of("out") == b"taken\n"
    assert capfd.readouterr().out == "said\n"


def test_a_forked_process_leaves_the_descriptors_to_its_parent(tmp_path: Path):
    held = Held()

    with streams.capturing(descriptors_into=tmp_path), streams.into(held):
        child = os.fork()
        if child == 0:
            os.write(1, b"from the child\n")
            os._exit(0)
        os.waitpid(child, 0)

    assert held.of("out") == b"from the child\n"
