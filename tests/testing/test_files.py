from pathlib import Path

from penstock.testing.files import get_temp_file_handle_with_data


def test_the_file_is_there_inside_the_block_and_gone_after_it():
    with get_temp_file_handle_with_data(b"foo") as handle:
        assert Path(handle.path).read_bytes() == b"foo"

    assert not Path(handle.path).exists()
