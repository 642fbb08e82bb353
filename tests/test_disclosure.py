"""security.txt: it names the operator's contact, and nobody can forget that it ends."""

import logging
from datetime import UTC, datetime, timedelta

import pytest
import sectxt
from starlette.testclient import TestClient

from api.app import create_app
from api.disclosure import check_disclosure, read_disclosure
from api.settings import Settings
from graph.errors import SamenhangError
from graph.oxigraph import OxigraphStore

PATH = "/.well-known/security.txt"
CONTACT = "https://example.org/report mailto:security@example.org"
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def given(day: str, contact: str = CONTACT) -> Settings:
    """Return settings with a contact until a day."""
    return Settings(security_contact=contact, security_expires=day)


def in_days(days: int) -> str:
    """Return the day that is so many days away."""
    return (datetime.now(UTC) + timedelta(days=days)).date().isoformat()


def test_file_is_sound(store: OxigraphStore) -> None:
    """The parser of internet.nl finds no error in the file, and its contacts in order."""
    answer = TestClient(create_app(given(in_days(200)), store)).get(PATH)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    parser = sectxt.Parser(answer.content)
    assert parser.errors == []
    assert {found["code"] for found in parser.recommendations} == {"no_encryption", "not_signed"}
    lines = answer.text.splitlines()
    assert lines[:2] == [f"Contact: {contact}" for contact in CONTACT.split()]
    assert f"Expires: {in_days(200)}T00:00:00Z" in lines


def test_no_contact_is_made_up(client: TestClient) -> None:
    """Without a contact there is no file."""
    answer = client.get(PATH)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert read_disclosure(Settings()) is None


@pytest.mark.parametrize(
    ("contact", "day", "named"),
    [
        ("security@example.org", "2027-06-30", "SAMENHANG_SECURITY_CONTACT"),
        ("http://example.org/", "2027-06-30", "SAMENHANG_SECURITY_CONTACT"),
        ("mailto:a@example.org x", "2027-06-30", "SAMENHANG_SECURITY_CONTACT"),
        ("mailto:a@example.org", "", "SAMENHANG_SECURITY_EXPIRES"),
        ("mailto:a@example.org", "30-06-2027", "SAMENHANG_SECURITY_EXPIRES"),
        ("mailto:a@example.org", "2027-02-30", "SAMENHANG_SECURITY_EXPIRES"),
        ("mailto:a@example.org", "2027-11-26", "SAMENHANG_SECURITY_EXPIRES"),
    ],
)
def test_start_refuses(contact: str, day: str, named: str) -> None:
    """A contact that is no address, or an end that is no day within a year, stops the start."""
    with pytest.raises(SamenhangError, match=named):
        check_disclosure(given(day, contact), NOW)


@pytest.mark.parametrize(
    ("day", "warned"),
    [
        ("2027-11-24", ""),
        ("2026-12-25", ""),
        ("2026-12-24", "expires on 2026-12-24"),
        ("2026-11-24", "has expired on 2026-11-24"),
        ("2020-01-01", "has expired on 2020-01-01"),
    ],
)
def test_start_warns(caplog: pytest.LogCaptureFixture, day: str, warned: str) -> None:
    """From 30 days before the end a start warns of it, and says which setting to renew."""
    check_disclosure(given(day), NOW)
    said = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert len(said) == bool(warned)
    assert all(warned in text and "SAMENHANG_SECURITY_EXPIRES" in text for text in said)


def test_end_is_a_figure(store: OxigraphStore) -> None:
    """The end is among the figures, so that an alert can be set on it."""
    app = create_app(given("2027-06-30"), store)
    text = TestClient(app, client=("127.0.0.1", 1)).get("/metrics").text
    name = "samenhang_security_txt_expires_timestamp_seconds"
    (line,) = [line for line in text.splitlines() if line.startswith(name)]
    assert float(line.split()[1]) == datetime(2027, 6, 30, tzinfo=UTC).timestamp()
