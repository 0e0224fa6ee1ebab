"""Readers that ask for messages: numbered objects as the external package uploads them."""

import threading
from contextlib import contextmanager
from io import StringIO

import dagster_pipes

import penstock as dg


class _Channel(dagster_pipes.PipesBlobStoreMessageWriterChannel):
    def __init__(self, store):
        super().__init__(interval=0)
        self._store = store

    def upload_messages_chunk(self, payload: StringIO, index: int) -> None:
        self._store[index] = payload.read()


class _Reader(dg.PipesBlobStoreMessageReader):
    def __init__(self, store, **arguments):
        super().__init__(**arguments)
        self._store = store

    @contextmanager
    def get_params(self):
        yield {"bucket": "b"}

    def download_messages_chunk(self, index, params):
        assert params == {"bucket": "b"}
        return self._store.get(index)

    def no_messages_debug_text(self):
        return "Its messages were awaited in objects."


class _LogReader(dg.PipesChunkedLogReader):
    def __init__(self, chunks, stream):
        super().__init__(interval=60, target_stream=stream)
        self._chunks = chunks

    def target_is_readable(self, params):
        return bool(self._chunks)

    def download_log_chunk(self, params):
        return self._chunks.pop(0) if self._chunks else None


def test_objects_are_read_to_the_last_one_at_the_end():
    store = {}
    reader = _Reader(store, interval=60)
    handler = dg.PipesMessageHandler(dg.build_asset_context(), reader)

    with handler.handle_messages():
        channel = _Channel(store)
        with channel.buffered_upload_loop():
            for n in range(3):
                channel.write_message(
                    dagster_pipes._make_message("report_custom_message", {"payload": n})
                )

    assert handler.get_custom_messages() == (0, 1, 2)
    assert reader.counter == len(store) + 1


def test_a_store_that_cannot_be_read_fails_the_step():
    class _Broken(_Reader):
        def download_messages_chunk(self, index, params):
            raise ConnectionError("no route")

    handler = dg.PipesMessageHandler(dg.build_asset_context(), _Broken({}, interval=60))

    with handler.handle_messages():
        pass

    assert handler.faults == ("Messages cannot be read: ConnectionError: no route",)


def test_a_log_that_appears_late_is_read_to_its_end():
    stream, chunks = StringIO(), []
    reader = _Reader({}, interval=60)
    handler = dg.PipesMessageHandler(dg.build_asset_context(), reader)

    with handler.handle_messages():
        reader.add_log_reader(_LogReader(chunks, stream))
        chunks.extend(["one\n", "two\n"])

    assert stream.getvalue() == "one\ntwo\n"


def test_a_log_that_never_appears_is_told(caplog):
    reader = _Reader({}, interval=60, log_readers=[_LogReader([], StringIO())])
    handler = dg.PipesMessageHandler(dg.build_asset_context(), reader)

    with handler.handle_messages():
        pass
    handler.tell()

    assert "The log of _LogReader did not appear." in caplog.text


def test_a_log_reader_runs_until_the_session_closes():
    stream, is_closed = StringIO(), threading.Event()
    reader = _LogReader(["one\n"], stream)

    reader.start({}, is_closed)
    was_running = reader.is_running()
    is_closed.set()
    reader.stop()

    assert was_running
    assert not reader.is_running()
    assert stream.getvalue() == "one\n"
