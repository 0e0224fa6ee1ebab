# ruff: noqa: DTZ001 - the times of the sensor have no zone

import json
import subprocess
import sys
from datetime import datetime
from http import HTTPStatus

import pytest

from glucose.days import PROJECT, Reading, epoch_ms
from glucose.nightscout import Losses, Query, RequestError, answer, build_sites, lose, parse_query

ENTRIES = "/sites/ann/api/v1/entries.json"
READINGS = tuple(
    Reading(
        subject="ann",
        diagnosis="diabetic",
        local=datetime(2014, 2, 3, hour, 0),
        mg_dl=100 + hour,
    )
    for hour in range(12)
)
SITES = build_sites(READINGS)


def ask(target):
    return [entry["sgv"] for entry in answer(SITES, target)]


def test_entries_come_newest_first_and_ten_unless_asked_otherwise():
    assert ask(ENTRIES) == [111, 110, 109, 108, 107, 106, 105, 104, 103, 102]


def test_count_and_skip_page_through_the_entries():
    assert ask(f"{ENTRIES}?count=5&skip=8") == [103, 102, 101, 100]
    assert ask(f"{ENTRIES}?count=5&skip=12") == []


def test_dates_filter_from_inclusive_to_exclusive():
    since = epoch_ms(datetime(2014, 2, 3, 2))
    before = epoch_ms(datetime(2014, 2, 3, 4))

    target = f"{ENTRIES}?find%5Bdate%5D%5B%24gte%5D={since}&find[date][$lt]={before}"

    assert ask(target) == [103, 102]


def test_an_entry_has_the_fields_of_nightscout():
    (entry,) = answer(SITES, f"{ENTRIES}?count=1&skip=11")

    assert entry == {
        "_id": "2d6855a12c80b2a74499b1cf",
        "type": "sgv",
        "sgv": 100,
        "date": 1391414400000,
        "dateString": "2014-02-03T08:00:00.000Z",
        "utcOffset": -480,
        "device": "dexcom-g4",
        "direction": "NONE",
    }


def test_the_sites_are_listed_with_their_first_and_last_reading():
    assert answer(SITES, "/sites.json") == [
        {
            "subject": "ann",
            "diagnosis": "diabetic",
            "first": 1391414400000,
            "last": 1391454000000,
            "entries": ENTRIES,
        }
    ]


@pytest.mark.parametrize("target", ["/api/v1/status.json", "/sites/ann/api/v1/status.json"])
def test_a_status_is_ok(target):
    assert answer(SITES, target)["status"] == "ok"


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("count=0", "Parameter 'count' must be a whole number from 1, not '0'."),
        ("count=ten", "Parameter 'count' must be a whole number from 1, not 'ten'."),
        ("skip=-1", "Parameter 'skip' must be a whole number from 0, not '-1'."),
        ("skip=1&skip=2", "Parameter 'skip' is given twice."),
        (
            "find[sgv][$gte]=100",
            "Unknown parameter 'find[sgv][$gte]'. "
            "Known: find[date][$gte], find[date][$lt], count, skip.",
        ),
    ],
)
def test_a_bad_parameter_is_refused_with_its_reason(query, reason):
    with pytest.raises(RequestError) as caught:
        parse_query(query)

    assert (caught.value.status, caught.value.reason) == (HTTPStatus.BAD_REQUEST, reason)


def test_no_parameter_asks_for_ten_entries():
    assert parse_query("") == Query(since=None, before=None, count=10, skip=0)


@pytest.mark.parametrize("target", ["/", "/api/v1/entries.json", "/sites/bob/api/v1/entries.json"])
def test_an_unknown_path_or_site_is_not_found(target):
    with pytest.raises(RequestError) as caught:
        answer(SITES, target)

    assert caught.value.status is HTTPStatus.NOT_FOUND


def test_the_same_requests_are_lost_each_time():
    def draw(seed):
        losses = Losses(share=0.3, seed=seed)
        return [losses.next(f"/{number % 7}") for number in range(100)]

    assert draw(7) == draw(7)
    assert draw(7) != draw(8)


def test_about_the_given_share_is_lost_by_both_ways():
    lost = [lose(f"/{number}", 1, share=0.1, seed=7) for number in range(10_000)]

    assert 900 < sum(loss is not None for loss in lost) < 1100
    assert len(set(lost)) == 3


def test_a_share_of_zero_loses_nothing():
    losses = Losses(share=0.0, seed=7)

    assert {losses.next("/") for _ in range(100)} == {None}


def test_a_url_is_never_lost_three_times_in_succession():
    losses = Losses(share=0.99, seed=7)

    passed = [losses.next("/sites.json") is None for _ in range(300)]

    assert all(any(passed[start : start + 3]) for start in range(298))


def test_the_server_writes_its_url_and_ends_when_told_of_a_parent_that_is_gone(tmp_path):
    command = [sys.executable, "-m", "glucose.nightscout", "--ready-file", str(tmp_path / "url")]

    ended = subprocess.run(
        [*command, "--parent", "1"], cwd=PROJECT, capture_output=True, text=True, check=False
    )

    assert ended.returncode == 1
    assert ended.stderr == "The process that started this server is gone.\n"
    assert not (tmp_path / "url").exists()


def test_a_killed_demo_takes_the_server_with_it(tmp_path):
    script = (
        "import time, demo\n"
        "with demo.serving() as url:\n"
        "    print(url, flush=True)\n"
        "    time.sleep(60)\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", script], cwd=PROJECT, stdout=subprocess.PIPE, text=True
    )
    with parent:
        url = parent.stdout.readline().strip()
        before = _reachable(url)
        parent.kill()
        parent.wait()

    assert before
    assert _ends(url)


def _reachable(url):
    probe = (
        f"import urllib.request as r; print(r.urlopen('{url}/api/v1/status.json').read().decode())"
    )
    found = subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, text=True, check=False
    )
    return found.returncode == 0 and json.loads(found.stdout)["status"] == "ok"


def _ends(url):
    return any(not _reachable(url) for _ in range(50))
