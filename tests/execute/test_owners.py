from __future__ import annotations

import os

from penstock.base.ids import SeededIds
from penstock.execute.owners import is_alive, this_owner


def test_a_process_is_one_owner_of_a_home_and_alive(tmp_path):
    owner = this_owner(tmp_path, SeededIds(1))

    assert this_owner(tmp_path, SeededIds(2)) == owner
    assert is_alive(tmp_path, owner)


def test_an_unknown_owner_is_dead(tmp_path):
    assert not is_alive(tmp_path, "nobody")
    assert not is_alive(tmp_path, None)


def test_a_lock_that_nobody_holds_is_a_dead_owner(tmp_path):
    (tmp_path / "owners").mkdir()
    (tmp_path / "owners" / "gone.lock").touch()

    assert not is_alive(tmp_path, "gone")


def test_a_forked_child_is_another_owner(tmp_path):
    owner = this_owner(tmp_path, SeededIds(1))
    reader, writer = os.pipe()

    child = os.fork()
    if child == 0:
        os.write(writer, this_owner(tmp_path, SeededIds(2)).encode())
        os._exit(0)
    os.waitpid(child, 0)
    theirs = os.read(reader, 100).decode()
    os.close(reader)
    os.close(writer)

    assert theirs != owner
    assert not is_alive(tmp_path, theirs)
    assert is_alive(tmp_path, owner)
