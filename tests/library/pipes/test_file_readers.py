"""Messages in files: what is there before counts for nothing, and the file goes in the end."""

import penstock as dg


def _read(reader, write):
    handler = dg.PipesMessageHandler(dg.build_asset_context(), reader)
    with handler.handle_messages() as params:
        write(params)
    return handler, params


def test_messages_of_an_earlier_process_are_not_read(tmp_path):
    path = tmp_path / "messages"
    path.write_text('{"__dagster_pipes_version": "0.1", "method": "opened", "params": {}}\n')

    handler, _ = _read(dg.PipesFileMessageReader(str(path)), lambda params: None)

    assert not handler.received_opened_message
    assert not path.exists()


def test_a_file_can_be_kept(tmp_path):
    path = tmp_path / "messages"

    _read(dg.PipesFileMessageReader(str(path), cleanup_file=False), lambda params: None)

    assert path.exists()


def test_the_process_can_be_asked_to_send_its_output_too():
    _, params = _read(dg.PipesTempFileMessageReader(include_stdio_in_messages=True), lambda p: None)

    assert params["include_stdio_in_messages"] is True


def test_a_file_that_disappears_is_no_loss_of_the_rest(tmp_path):
    path = tmp_path / "messages"

    handler, _ = _read(dg.PipesFileMessageReader(str(path)), lambda params: path.unlink())

    assert handler.get_reported_results() == ()
