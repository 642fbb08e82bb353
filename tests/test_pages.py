"""The pages, as a reader meets them: from door to quotation, in both languages, safely."""

import gc
import random
import re
import weakref
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import pyoxigraph as ox
import pytest
from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString
from fastapi import FastAPI
from starlette.testclient import TestClient

from api.app import create_app
from api.routes.pages import CHOICES, ROWS
from api.settings import Settings
from api.templating import FOLDER, TEXTS, path_of
from graph import network, questions
from graph.dataset import Dataset
from graph.inquiry import Inquiry
from graph.library import Query
from graph.links import STRENGTH, Link
from graph.names import Names, read_names
from graph.oxigraph import OxigraphStore
from graph.questions import iri_of
from graph.severity import SEVERITIES
from graph.wording import explain, sentence
from ontology import ID, PREFIXES, ROOT, SAM

PAGE = {"Accept": "text/html"}
LETTER = "kamerbrief-gbvs-2018"
DEFAULT = "gbvs-2018"
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{ 7 * 7 }}"
HOSTILE_IRI = "javascript:alert(1)//%22%3E%3Cscript%3E"
#: Literals that are no words: the name of a file, and the strength of a level.
KEPT = ("sourceText", "notation")
ADDRESSES = {"href", "src", "action", "data-source", "formaction", "poster", "srcset"}
TEMPLATES = sorted((FOLDER / "templates").glob("*.html"))
both_languages = pytest.mark.parametrize("lang", ["nl", "en"])


def page(client: TestClient, address: str) -> BeautifulSoup:
    """Return the page that a browser gets at an address."""
    answer = client.get(address, headers=PAGE)
    assert answer.status_code == 200, address
    assert answer.headers["content-type"] == "text/html; charset=utf-8", address
    return BeautifulSoup(answer.text, "html.parser")


def hrefs(found: BeautifulSoup | Tag, start: str) -> list[str]:
    """Return the addresses of the links that begin in this way, each once, in their order."""
    return list(dict.fromkeys(str(a["href"]) for a in found.select(f'a[href^="{start}"]')))


def squeezed(text: str) -> str:
    """Return a text without white space, for line ends do not count in a quotation."""
    return "".join(text.split())


@cache
def letter() -> str:
    """Return the stored text of the letter."""
    return squeezed((ROOT / "sources" / f"{LETTER}.txt").read_text(encoding="utf-8"))


def sample_of(links: dict[str, Link], names: Names) -> list[str]:
    """Return paths of some things, of every class, and of some links, of every level."""
    dice = random.Random(2018)
    things = sorted({end for link in links.values() for end in (link.subject, link.object)})
    things = [iri for iri in things if iri.startswith(ID)]
    classes = {names.of(iri).class_: iri for iri in things}
    levels = {(link.level, link.denied, link.is_value): iri for iri, link in links.items()}
    chosen = {*classes.values(), *levels.values()}
    chosen |= {*dice.sample(things, 40), *dice.sample(sorted(links), 40)}
    return [path_of(iri) for iri in sorted(chosen)]


@both_languages
def test_start_counts_what_there_is(client: TestClient, links: dict[str, Link], lang: str) -> None:
    """The start page says how many links there are, from how many documents, and of which level."""
    counts = page(client, f"/?lang={lang}").select_one("section.counts")
    assert counts
    total = counts.select_one(".total")
    assert total
    unread = {"assessments", "alignment-of-editions", "near-duplicates", "derived"}
    sources = len({link.graph for link in links.values()} - unread)
    assert re.findall(r"\d+", total.get_text()) == [str(len(links)), str(sources)]
    shown = {
        str(item["class"][0]): int(item.strong.get_text())
        for item in counts.select("li")
        if item.strong
    }
    by_level = {level: sum(k.level == level for k in links.values()) for level in STRENGTH}
    assert shown == {level: number for level, number in by_level.items() if number}


@both_languages
def test_start_leads_everywhere(client: TestClient, lang: str) -> None:
    """The start page has the doors to SPARQL, JSON and the letter, each question and each view."""
    main = page(client, f"/?lang={lang}").main
    assert main
    views = [view for view in network.list_views() if not view.says("parameters")]
    wanted = [
        f"/sparql?lang={lang}",
        "/v1/links",
        f"/doc/document/{LETTER}?lang={lang}",
        *(f"/questions/{q.slug}?lang={lang}" for q in questions.list_questions()),
        *(f"/network/{view.slug}?lang={lang}" for view in views),
    ]
    assert [address for address in wanted if address not in hrefs(main, "/")] == []


@both_languages
def test_start_lists_pillars_and_goals(client: TestClient, store: OxigraphStore, lang: str) -> None:
    """The start page names every pillar and every goal in the language asked for."""
    query = f"""SELECT ?thing ?label {{ VALUES ?class {{ <{SAM}Pillar> <{SAM}Goal> }}
        ?thing a ?class ; <{PREFIXES["rdfs"]}label> ?label . FILTER(LANG(?label) = "{lang}") }}"""
    shown = {
        (str(a["href"]), a.get_text().lower())
        for a in page(client, f"/?lang={lang}").select("main a[href]")
    }
    rows = {
        (f"{path_of(row['thing'].value)}?lang={lang}", row["label"].value.lower())
        for row in store.query(query).rows()
    }
    assert len(rows) > 15
    assert rows <= shown


def quotations(client: TestClient, address: str) -> Iterator[tuple[str, str]]:
    """Follow the links of a page to their own pages, and yield each quotation and its place."""
    for link in hrefs(page(client, address), "/doc/link/"):
        for block in page(client, link).select("blockquote"):
            quoted = block.p.get_text() if block.p else ""
            yield quoted, next(iter(hrefs(block, "/doc/document/")), "")


@both_languages
def test_from_pillar_to_goal_to_quotation(client: TestClient, lang: str) -> None:
    """A reader gets by links from a pillar to a goal to the sentence where it stands."""
    pillars = hrefs(page(client, f"/?lang={lang}"), "/doc/pillar/")
    assert len(pillars) == 3
    for pillar in pillars:
        goals = hrefs(page(client, pillar), "/doc/goal/")
        assert goals, pillar
        found = ((q, at) for goal in goals for q, at in quotations(client, goal) if LETTER in at)
        quoted, place = next(found, ("", ""))
        assert quoted, pillar
        assert squeezed(quoted) in letter()
        text = page(client, place).find(id=urlsplit(place).fragment)
        assert text, place
        assert squeezed(text.get_text()) == squeezed(quoted)


@both_languages
def test_every_page_answers(
    client: TestClient, links: dict[str, Link], names: Names, lang: str
) -> None:
    """The page of a thing or a link has a title, its language, and its name in that language."""
    for path in sample_of(links, names):
        found = page(client, f"{path}?lang={lang}")
        assert found.html, path
        assert found.html["lang"] == lang, path
        assert len(found.select("h1")) == 1, path
        assert found.title, path
        assert len(found.title.get_text()) > len(" · Samenhang"), path
        ids = [str(tag["id"]) for tag in found.select("[id]")]
        assert len(ids) == len(set(ids)), path
        if not path.startswith("/doc/link/"):
            name = names.of(ID + path.removeprefix("/doc/")).in_language(lang)
            assert name.lower() in found.get_text().lower(), path


@both_languages
def test_every_link_leads_on(
    client: TestClient, links: dict[str, Link], names: Names, lang: str
) -> None:
    """Every address in the pages answers, and the place in the page that it names is there."""
    dice = random.Random(lang)
    pages = [f"{path}?lang={lang}" for path in dice.sample(sample_of(links, names), 15)]
    fixed = ["/", "/def", "/sparql", "/network/chain", "/questions/Q01"]
    found: dict[str, str] = {}
    for address in [*(f"{path}?lang={lang}" for path in fixed), *pages]:
        shown = page(client, address)
        for tag in shown.select("[href], [src], [data-source]"):
            target = urljoin(address, str(next(tag[a] for a in ADDRESSES & set(tag.attrs))))
            if not urlsplit(target).netloc:
                found.setdefault(target, address)
    places = [target for target in sorted(found) if "#" in target]
    chosen = {*dice.sample(sorted(found), 40), *dice.sample(places, 15)}
    for target in sorted(chosen):
        answer = client.get(target, headers={"Accept": "text/html, */*;q=0.8"})
        assert answer.status_code == 200, (target, found[target])
        if place := urlsplit(target).fragment:
            there = BeautifulSoup(answer.text, "html.parser").find(id=place)
            assert there, (target, found[target])


@both_languages
@pytest.mark.parametrize("choice", CHOICES)
def test_list_of_questions(
    client: TestClient, store: OxigraphStore, choice: str, lang: str
) -> None:
    """The list has every question under its layer, with the fraction of gaps for what is chosen."""
    inquiry = Inquiry(store)
    listed = page(client, f"/questions?choice={choice}&lang={lang}")
    for question in questions.list_questions():
        answer = inquiry.ask(question.slug, inquiry.scope(*CHOICES[choice]))
        chosen = f"choice={choice}&edition={DEFAULT}"
        address = f"/questions/{question.slug}?{chosen}&lang={lang}"
        (entry,) = listed.select(f'#{question.says("layer")} a[href="{address}"]')
        assert entry.get_text() == question.says("question", lang)
        row = entry.find_parent("li")
        assert row, address
        fraction = [int(number) for number in re.findall(r"\d+", fraction_of(row))]
        told = answer.denominator and (answer.numerator or question.says("severity") != "info")
        assert fraction == ([answer.numerator, answer.denominator] if told else []), address


def fraction_of(found: BeautifulSoup | Tag) -> str:
    """Return the fraction beside a verdict, empty when there is none."""
    fraction = found.select_one(".outcome .fraction, .verdict .fraction")
    return fraction.get_text() if fraction else ""


@both_languages
@pytest.mark.parametrize("question", questions.list_questions(), ids=lambda q: q.slug)
def test_page_of_a_question(
    client: TestClient, store: OxigraphStore, names: Names, question: Query, lang: str
) -> None:
    """The page of a question says of every row why it is there, and all that goes with it."""
    inquiry = Inquiry(store)
    answer = inquiry.ask(question.slug)
    shown = page(client, f"/questions/{question.slug}?lang={lang}")
    assert faults(shown) == []
    assert shown.h1
    assert shown.h1.get_text() == question.says("question", lang)
    rows = shown.select(".finding")
    assert len(rows) == min(len(answer.findings), ROWS)
    said = {explain(question, f, names, lang).lower() for f in answer.findings}
    assert [w.get_text() for w in shown.select(".why") if w.get_text().lower() not in said] == []
    gaps = [row for row in rows if "gap" in (row.get("class") or "")]
    assert len(gaps) == min(answer.numerator, ROWS)
    assert all(row.select_one(".severity") for row in gaps)
    assert not [row for row in rows if row not in gaps and row.select_one(".severity")]
    text = shown.get_text()
    for code in answer.caveats:
        assert sentence("caveat", code, lang, n=answer.read) in text
    assert len(shown.select(".figures dt")) == len(answer.figures)
    for one in answer.figures:
        assert not one.reason or sentence("reason", one.reason, lang) in text
    assert question.says("rule", lang) in text
    assert "{" not in "".join(
        tag.get_text() for tag in shown.select(".findings, .figures, .verdict")
    )


@pytest.mark.parametrize("edition", ["", "every", "ivs-2013"])
@pytest.mark.parametrize("choice", CHOICES)
def test_page_has_its_answer_as_json(client: TestClient, choice: str, edition: str) -> None:
    """The page of a question leads to the same answer as JSON, of what is chosen."""
    shown = page(client, f"/questions/Q02?choice={choice}&edition={edition}&lang=en")
    (address,) = hrefs(shown, "/v1/questions/")
    answer = client.get(address).json()
    said = [int(number) for number in re.findall(r"\d+", fraction_of(shown))]
    assert said == [answer["numerator"], answer["denominator"]][: 2 * bool(answer["denominator"])]
    chosen = [str(tag["value"]) for tag in shown.select("option[selected]")]
    assert chosen == [choice, edition or DEFAULT]


def test_long_answer_is_paged(client: TestClient, store: OxigraphStore) -> None:
    """The pages of a long answer have each row once, the severest gaps first, and stay small."""
    inquiry = Inquiry(store)
    answer = inquiry.ask("Q08")
    address, rows, ranks = "/questions/Q08-line-of-sight?page=1&lang=en", [], []
    while address:
        shown = page(client, address)
        rows += [tag.get_text().lower() for tag in shown.select(".why")]
        ranks += [tag.get_text() for tag in shown.select(".severity")]
        address = next((str(tag["href"]) for tag in shown.select('a[rel="next"]')), "")
    names = read_names(store)
    said = [explain(answer.question, f, names, "en").lower() for f in answer.findings]
    assert sorted(rows) == sorted(said)
    order = [TEXTS[f"severity_{name}"]["en"] for name in reversed(SEVERITIES)]
    assert ranks == sorted(ranks, key=order.index)
    assert len(set(ranks)) > 1
    assert client.get("/questions/Q08?page=99", headers=PAGE).status_code == 404


def test_pages_of_questions_are_small(client: TestClient) -> None:
    """No first page of an answer is larger than 150 kB, also when every edition is asked about."""
    for question in questions.list_questions():
        answer = client.get(f"/questions/{question.slug}?choice=all&edition=every", headers=PAGE)
        assert len(answer.content) < 150_000, question.slug


@pytest.mark.parametrize("question", questions.list_questions(), ids=lambda q: q.slug)
def test_rows_of_a_question_lead_on(client: TestClient, question: Query) -> None:
    """What the heading of a row names is there: a thing, a link or the page of a question."""
    dice = random.Random(question.slug)
    shown = page(client, f"/questions/{question.slug}?lang=en")
    addresses = hrefs_of_headings(shown)
    for address in dice.sample(addresses, min(4, len(addresses))):
        answer = client.get(address, headers=PAGE)
        assert answer.status_code == 200, address


def hrefs_of_headings(shown: BeautifulSoup) -> list[str]:
    """Return the addresses in the headings of rows, each once."""
    return list(dict.fromkeys(str(tag["href"]) for tag in shown.select(".finding h3 a")))


@pytest.mark.parametrize("start", ["id", "doc"])
def test_iri_of_a_question_leads_to_its_page(client: TestClient, start: str) -> None:
    """The IRI of a question leads to the page of its answer, in the language asked for."""
    for question in questions.list_questions():
        path = iri_of(question).removeprefix(ID)
        answer = client.get(f"/{start}/{path}?lang=en", follow_redirects=False)
        assert answer.status_code == 303, path
        found = client.get(f"/{start}/{path}?lang=en", headers=PAGE)
        assert found.url.path == f"/questions/{question.slug}"
        assert found.url.query == b"lang=en"
    assert client.get(f"/{start}/question/Q99", headers=PAGE).status_code == 404


def test_rows_about_questions_name_them(client: TestClient) -> None:
    """A row about a conclusion names the question by its title, and leads to its page."""
    last = page(client, "/questions/Q29?lang=nl").select_one(".pages .last")
    assert last
    named = page(client, str(last["href"])).select('.finding h3 a[href^="/questions/"]')
    assert named
    for tag in named:
        found = questions.find_question(str(tag["href"]).split("/")[2].partition("?")[0])
        assert tag.get_text() == f"{questions.number(found)} {found.title['nl']}"


@pytest.mark.parametrize("choice", CHOICES)
def test_findings_of_a_question(client: TestClient, store: OxigraphStore, choice: str) -> None:
    """The page of a question names every gap, and each with a link to its thing."""
    inquiry = Inquiry(store)
    answer = inquiry.ask("Q01", inquiry.scope(*CHOICES[choice]))
    main = page(client, f"/questions/Q01?choice={choice}&lang=en").main
    assert main
    gaps = [finding.item for finding in answer.findings if finding.gap]
    addresses = hrefs(main, "/doc/")
    assert [iri for iri in gaps if f"{path_of(iri)}?lang=en" not in addresses] == []


@both_languages
@pytest.mark.parametrize("view", ["chain", "around"])
def test_network_has_a_list_twin(
    client: TestClient, links: dict[str, Link], lang: str, view: str
) -> None:
    """Beside the picture stands every link of it, so that the page works without drawing."""
    thing = next(link.subject for link in links.values() if link.kind == SAM + "hasPillar")
    asked = f"thing={thing.removeprefix(ID)}&" if view == "around" else ""
    found = page(client, f"/network/{view}?{asked}lang={lang}")
    figure = found.select_one("[data-source]")
    assert figure
    drawn = client.get(str(figure["data-source"])).json()
    listed = {str(tag["data-link"]) for tag in found.select("[data-link]")} | {
        ID + urlsplit(address).path.removeprefix("/doc/") for address in hrefs(found, "/doc/link/")
    }
    assert drawn["edges"]
    assert {link["id"] for edge in drawn["edges"] for link in edge["links"]} <= listed


@both_languages
def test_language_switch(client: TestClient, lang: str) -> None:
    """The other language is one click away, at the same address with the same question."""
    other = "en" if lang == "nl" else "nl"
    address = f"/sparql?query=ASK%7B%7D&lang={lang}"
    (switch,) = page(client, address).select(f'a[hreflang="{other}"]')
    there = urljoin(address, str(switch["href"]))
    found = page(client, there)
    assert found.html
    assert found.html["lang"] == other
    assert urlsplit(there).path == "/sparql"
    assert "query=ASK%7B%7D" in there


def test_letter_is_shown_whole(client: TestClient) -> None:
    """The page of the letter has its stored text, every character of it in its order."""
    text = page(client, f"/doc/document/{LETTER}").select_one(".text")
    assert text
    pieces = [
        piece.get_text()
        for piece in text.children
        if isinstance(piece, NavigableString)
        or (isinstance(piece, Tag) and "quotation" in (piece.get("class") or ""))
    ]
    assert squeezed("".join(pieces)) == letter()


def words_of(template: Path) -> set[str]:
    """Return the keys of texts that a template names, and the beginnings of keys it composes."""
    text = template.read_text(encoding="utf-8")
    return {*re.findall(r"\bt\.(\w+)", text), *re.findall(r"""["'](\w+)["']""", text)}


def test_texts_are_in_both_languages() -> None:
    """Every text of the pages is there in Dutch and in English, with the same parameters."""
    for key, texts in TEXTS.items():
        assert set(texts) == {"nl", "en"}, key
        assert all(text.strip() for text in texts.values()), key
        dutch, english = (sorted(re.findall(r"\{\w+\}", texts[lang])) for lang in ("nl", "en"))
        assert dutch == english, key


def test_texts_are_used() -> None:
    """Every text is used by a template, and every text that a template names is there."""
    words = {word for template in TEMPLATES for word in words_of(template)}
    beginnings = tuple(word for word in words if word.endswith("_"))
    assert [k for k in TEXTS if k not in words and not k.startswith(beginnings)] == []
    named = {
        key
        for template in TEMPLATES
        for key in re.findall(r"\bt\.(\w+)", template.read_text(encoding="utf-8"))
    }
    assert named - set(TEXTS) == set()


def faults(found: BeautifulSoup) -> list[str]:
    """Return what the policy of the service would block, and what comes from elsewhere."""
    bad = [str(tag) for tag in found.select("style, iframe, object, embed, base, [style]")]
    for script in found.select("script"):
        if script.get_text(strip=True) or not str(script.get("src", "")).startswith("/static/"):
            bad.append(str(script))
    for tag in found.find_all():
        bad += [f"{tag.name} {name}" for name in tag.attrs if name.lower().startswith("on")]
        for name in ADDRESSES & set(tag.attrs):
            target = urlsplit(str(tag[name]).strip())
            loads = tag.name != "a"
            if target.scheme not in ("", "http", "https") or (loads and target.netloc):
                bad.append(f"{tag.name} {name}={tag[name]}")
    return bad


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_templates_are_clean(template: Path) -> None:
    """No template has a script or style of its own, a handler, or the address of another host.

    A block of data is no script.
    """
    text = template.read_text(encoding="utf-8")
    text = text.replace('<script type="application/ld+json">{{ schema|tojson }}</script>', "")
    assert re.findall(r"""\s(?:style|on\w+)\s*=\s*["']""", text) == []
    assert re.findall(r"<style|javascript:|srcdoc", text, re.IGNORECASE) == []
    assert re.findall(r"<script(?![^>]*\ssrc=\"/static/)[^>]*>|<script[^>]*>[^<]", text) == []
    assert re.findall(r"""(?:href|src|action|data-\w+)=["'](?:https?:)?//""", text) == []
    assert "|safe" not in text.replace(" ", "")


def test_assets_are_clean() -> None:
    """The style sheet and the scripts of ours fetch nothing from another host."""
    for path in [*(FOLDER / "static").glob("*.css"), *(FOLDER / "static").glob("*.js")]:
        text = path.read_text(encoding="utf-8")
        assert re.findall(r"""(?:url\(|import\s|fetch\()\s*["']?(?:https?:)?//""", text) == []
        assert re.findall(r"(?:inner|outer|Adjacent)HTML|document\.write|eval\(", text) == []


@both_languages
def test_pages_keep_to_the_policy(
    client: TestClient, links: dict[str, Link], names: Names, lang: str
) -> None:
    """No page has anything that its own security policy would block."""
    paths = ["/", "/questions/Q24", "/network/chain", "/sparql", "/def", f"/doc/document/{LETTER}"]
    for path in [*paths, *random.Random(3).sample(sample_of(links, names), 15)]:
        assert faults(page(client, f"{path}?lang={lang}")) == [], path


def hostile(quads: list[ox.Quad]) -> Iterator[ox.Quad]:
    """Yield quads with hostile text in every literal of words, and a hostile address."""
    for quad in quads:
        term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple = quad.object
        if isinstance(term, ox.Literal) and not quad.predicate.value.endswith(KEPT):
            if term.language:
                term = ox.Literal(term.value + HOSTILE, language=term.language)
            elif term.datatype.value.endswith("#string"):
                term = ox.Literal(term.value + HOSTILE)
        elif isinstance(term, ox.NamedNode) and "tooi/id/ministerie" in term.value:
            term = ox.NamedNode(HOSTILE_IRI)
        yield ox.Quad(quad.subject, quad.predicate, term, quad.graph_name)


@pytest.fixture(scope="module")
def besieged(dataset: Dataset) -> TestClient:
    """Give a client of a service in whose graph every text is hostile."""
    store = OxigraphStore(ox.Store())
    store.replace({name: list(hostile(quads)) for name, quads in dataset.graphs.items()})
    return TestClient(create_app(Settings(), store))


def test_hostile_texts_stay_texts(
    besieged: TestClient, links: dict[str, Link], names: Names
) -> None:
    """Whatever a label, a quotation or a note holds, every page shows it as text."""
    paths = ["/", "/questions/Q01", "/questions/Q24", "/network/chain", "/sparql", "/def"]
    paths += [f"/doc/document/{LETTER}", "/network/around?thing=pillar/gbvs-2018-prevent"]
    for path in [*paths, *random.Random(5).sample(sample_of(links, names), 25)]:
        found = page(besieged, path)
        assert faults(found) == [], path
        assert found.select('img[src="x"]') == [], path
        assert "alert(1)" in found.get_text() or path == "/sparql", path
        assert "{{ 7 * 7 }}" in found.get_text() or "49" not in found.get_text(), path


def test_hostile_addresses_are_no_links(besieged: TestClient) -> None:
    """An address that would run a script is shown, and cannot be followed."""
    listed = besieged.get("/v1/links?kind=org:identifier").json()["items"]
    items = [item for item in listed if item["object"] == HOSTILE_IRI]
    assert items
    for item in items[:3]:
        for iri in (item["id"], item["subject"]):
            found = page(besieged, path_of(iri))
            assert "javascript:" in found.get_text()
            assert faults(found) == []


def test_hostile_texts_in_views(besieged: TestClient) -> None:
    """The JSON of a view has labels as plain text, and is never taken for a page."""
    answer = besieged.get("/v1/views/chain")
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-content-type-options"] == "nosniff"
    for node in answer.json()["nodes"]:
        assert node["label"]["nl"].endswith(HOSTILE)


@pytest.mark.parametrize(
    "path", ["/", "/questions", "/questions/Q01", "/network/chain", "/def", "/sparql"]
)
def test_empty_store(path: str) -> None:
    """A store that holds nothing yet is served as it is, and every page answers."""
    client = TestClient(create_app(Settings(), OxigraphStore(ox.Store())))
    assert client.get(path, headers=PAGE).status_code == 200
    assert client.get("/v1/links").json()["total"] == 0


@pytest.mark.parametrize(
    ("iri", "path"),
    [
        (ID + "goal/x", "/doc/goal/x"),
        (SAM + "Goal", "/def#Goal"),
        ("https://example.org/a#b", "https://example.org/a#b"),
        ("http://example.org/", "http://example.org/"),
        (HOSTILE_IRI, "#"),
        ("data:text/html,<script>alert(1)</script>", "#"),
        ("JavaScript:alert(1)", "#"),
        ("", "#"),
    ],
)
def test_address_of_an_iri(iri: str, path: str) -> None:
    """An IRI of ours leads to its page here, one of the web to itself, and any other nowhere."""
    assert path_of(iri) == path


def test_library_that_is_replaced_is_let_go_of(store: OxigraphStore) -> None:
    """After a write nothing keeps what pages had read before: it would be memory for each write."""
    application: Any = create_app(Settings(), store)
    while not isinstance(application, FastAPI):
        application = application.app
    for address in ("/", "/def", "/questions/Q01", "/v1/links?limit=1", "/.well-known/void"):
        assert TestClient(application).get(address).status_code == 200
    was = weakref.ref(application.state.library)
    gc.collect()
    gc.disable()
    try:
        application.state.library = replace(application.state.library, revision=1)
        assert was() is None
    finally:
        gc.enable()


@both_languages
def test_link_by_a_term_shows_how_it_is_known(client: TestClient, lang: str) -> None:
    """The page of a link by a term has its rule, term and premises; that of the term its review."""
    slug = "goal-names-threat-nvs-2019-cyber-threats-addresses-nvs-2019-cyber-threats"
    found = page(client, f"/doc/link/derived-{slug}?lang={lang}")
    rule = {"nl": "met een beoordeelde term noemt", "en": "names by a reviewed term"}[lang]
    assert rule in found.select_one("article").text  # type: ignore[union-attr]
    for fact in ("e095-1", "e116-1"):
        assert hrefs(found, f"/doc/link/nvs-2019-en-{fact}")
    (term,) = hrefs(found, "/doc/term/")
    entry = page(client, term).select_one("article")
    assert entry
    forms = [quoted.text for quoted in entry.select("q")]
    assert sorted(forms) == ["cyber threats", "cyberdreigingen", "cyberthreats"]
    words = {"nl": ("Veilig omdat", "24-11-2026"), "en": ("Safe because", "2026-11-24")}[lang]
    assert all(word in entry.text for word in words)
