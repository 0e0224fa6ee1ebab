# ruff: noqa: DTZ001 - the times of the sensor have no zone

import threading
from contextlib import contextmanager
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from glucose.client import NightscoutClient, NightscoutError, Person
from glucose.days import Reading
from glucose.nightscout import Losses, NightscoutServer, build_sites

READINGS = tuple(
    Reading(
        subject="ann",
        diagnosis="diabetic",
        local=datetime(2014, 2, 3) + timedelta(minutes=5 * number),
        mg_dl=100 + number,
    )
    for number in range(25)
)
START = 1391414400000
EVER = {"since": 0, "before": 4_000_000_000_000}


@contextmanager
def running(server):
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def nightscout(share):
    losses = Losses(share=share, seed=7)
    with running(NightscoutServer(build_sites(READINGS), losses)) as server:
        yield server.url


def scripted(*statuses):
    """Build a server that gives one status after the other, then an empty page."""
    left = list(statuses)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(left.pop(0) if left else 200)
            self.end_headers()
            self.wfile.write(b'{"message": "because"}' if left else b"[]")

        def log_message(self, format, *args):
            pass

    return HTTPServer(("127.0.0.1", 0), Handler)


def test_the_people_are_listed():
    with nightscout(0.0) as url:
        people = NightscoutClient(base_url=url).people()

    assert people == (
        Person(subject="ann", diagnosis="diabetic", first=START, last=START + 24 * 300_000),
    )


@pytest.mark.parametrize("page_size", [5, 7, 25, 100])
def test_all_pages_are_fetched_whatever_their_size(page_size):
    with nightscout(0.0) as url:
        entries = NightscoutClient(base_url=url, page_size=page_size).entries("ann", **EVER)

    assert [entry["sgv"] for entry in entries] == list(range(124, 99, -1))


def test_only_the_asked_time_is_fetched():
    with nightscout(0.0) as url:
        client = NightscoutClient(base_url=url)
        entries = client.entries("ann", since=START + 300_000, before=START + 900_000)

    assert [entry["sgv"] for entry in entries] == [102, 101]


def test_lost_requests_are_made_again():
    waits = []

    with nightscout(0.6) as url:
        client = NightscoutClient(base_url=url, page_size=2, sleep=waits.append)
        entries = client.entries("ann", **EVER)

    assert len(entries) == 25
    assert set(waits) == {0.05, 0.1}


def test_waits_double_and_the_last_error_says_what_was_tried():
    waits = []

    with running(scripted(503, 502, 500, 503)) as server:
        url = f"http://127.0.0.1:{server.server_address[1]}"
        client = NightscoutClient(base_url=url, sleep=waits.append)
        with pytest.raises(NightscoutError) as caught:
            client.people()

    assert waits == [0.05, 0.1, 0.2]
    assert str(caught.value) == (
        f"No answer from {url}/sites.json after 4 attempts; the last one failed with: "
        "HTTP 503 Service Unavailable. Is the server running?"
    )


def test_a_refusal_is_not_tried_again():
    waits = []

    with nightscout(0.0) as url:
        client = NightscoutClient(base_url=url, sleep=waits.append)
        with pytest.raises(NightscoutError, match=r"refused with 404: No site is named 'bob'"):
            client.entries("bob", **EVER)

    assert waits == []


def test_a_server_that_is_not_there_is_named():
    with running(scripted()) as server:
        url = f"http://127.0.0.1:{server.server_address[1]}"

    with pytest.raises(NightscoutError, match=r"after 2 attempts; .*refused"):
        NightscoutClient(base_url=url, attempts=2, sleep=lambda _: None).people()
