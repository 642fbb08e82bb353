"""Answers of the JSON interface that are kept: tags, 304, languages, compression, revisions."""

import gzip

import pytest
from starlette.testclient import TestClient

from services import serving

#: Addresses of every kind, whose answers are long and short.
ADDRESSES = ["/v1/questions", "/v1/questions/Q01", "/v1/links?limit=3", "/v1/openapi.json"]
every_address = pytest.mark.parametrize("address", ADDRESSES)


@every_address
def test_same_answer_is_not_sent_twice(client: TestClient, address: str) -> None:
    """Who has the answer already gets 304 without a body, with the same tag."""
    first = client.get(address)
    again = client.get(address, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert again.headers["api-version"] == first.headers["api-version"]
    other = client.get(address, headers={"If-None-Match": 'W/"another"'})
    assert (other.status_code, other.content) == (200, first.content)


@every_address
def test_caches_ask_each_time(client: TestClient, address: str) -> None:
    """A cache may keep an answer, by format, encoding and language, and asks whether it holds."""
    headers = client.get(address).headers
    assert headers["cache-control"] == "public, max-age=0, must-revalidate"
    assert headers["vary"] == "Accept, Accept-Encoding, Accept-Language"


@pytest.mark.parametrize("asked", ["nl", "en", "en-GB,nl;q=0.5", "fr, en;q=0.1"])
def test_texts_come_in_one_language(client: TestClient, asked: str) -> None:
    """With Accept-Language texts come only in the language that fits best; the answer names it."""
    answer = client.get("/v1/questions", headers={"Accept-Language": asked})
    best = "nl" if asked == "nl" else "en"
    assert answer.headers["content-language"] == best
    assert {tuple(question["title"]) for question in answer.json()} == {(best,)}


@pytest.mark.parametrize("asked", ["", "*", "fr"])
def test_texts_come_in_all_languages(client: TestClient, asked: str) -> None:
    """Who asks for no language, or for none that is here, gets the texts in all."""
    answer = client.get("/v1/questions", headers={"Accept-Language": asked})
    assert answer.headers["content-language"] == "nl, en"
    assert {tuple(question["title"]) for question in answer.json()} == {("nl", "en")}


def test_tag_is_of_what_is_sent(client: TestClient) -> None:
    """Another language is another answer with another tag."""
    tags = {
        client.get("/v1/questions", headers={"Accept-Language": name}).headers["etag"]
        for name in ("nl", "en", "*")
    }
    assert len(tags) == 3


def test_long_answers_are_compressed(client: TestClient) -> None:
    """A long answer comes in gzip to who takes that, and is the same; to others as it is."""
    with client.stream("GET", "/v1/questions", headers={"Accept-Encoding": "gzip"}) as packed:
        body = b"".join(packed.iter_raw())
    plain = client.get("/v1/questions", headers={"Accept-Encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert gzip.decompress(body) == plain.content
    assert packed.headers["etag"] == plain.headers["etag"]


@pytest.mark.parametrize("address", ["/v1/nothing", "/v1/links?limit=0"])
def test_errors_are_kept_by_nobody(client: TestClient, address: str) -> None:
    """An error has no tag, and no cache may keep it."""
    headers = client.get(address).headers
    assert "etag" not in headers
    assert headers["cache-control"] == "no-store"


LINK = """
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> PREFIX sam: <https://w3id.org/samenhang/def#>
INSERT DATA { GRAPH <https://w3id.org/samenhang/id/graph/made> {
  <https://w3id.org/samenhang/id/link/made> a sam:Link ; rdf:subject <urn:a> ; rdf:object <urn:b> ;
    rdf:predicate sam:addresses ; sam:level <https://w3id.org/samenhang/id/evidence-level/cited> } }
"""


def test_what_is_written_is_seen_at_once() -> None:
    """After a write the answer is made anew: another when it tells of it, with another tag."""
    with serving("memory:", shipped=True) as service:
        links = [service.call("GET", "/v1/links?limit=1") for _ in range(2)]
        questions = service.call("GET", "/v1/questions")
        service.change(LINK)
        after = service.call("GET", "/v1/links?limit=1")
        assert links[0].content == links[1].content
        assert after.status_code == 200, after.text
        assert after.json()["total"] == links[0].json()["total"] + 1
        assert after.headers["etag"] != links[0].headers["etag"]
        tag = questions.headers["etag"]
        assert service.call("GET", "/v1/questions", if_none_match=tag).status_code == 304
