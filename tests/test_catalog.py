"""The catalogue: what is offered, for harvesters (DCAT-AP-NL), search engines and readers."""

import json
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from bs4 import BeautifulSoup
from rdflib import DCAT, DCTERMS, FOAF, RDF, XSD, Graph, Literal, Namespace, URIRef
from starlette.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from graph.catalog import Publisher
from graph.errors import SamenhangError
from graph.oxigraph import OxigraphStore, in_memory
from ontology import GRAPH, ID, ROOT, SAM

#: The shapes of others, which are no part of the project.
SHAPES = ROOT.parent.parent / "shared" / "standards" / "shapes"
DCAT_SHAPES = {
    "dcat-ap-nl-SHACL": "none",
    "dcat-ap-nl-SHACL-klassebereik": "none",
    "dcat-ap-nl-SHACL-klassebereik-codelijsten": "none",
    "dcat-ap-nl-SHACL-aanbevolen": "none",
    "dcat-ap-SHACL": "rdfs",
}
ADDRESS = "http://localhost/catalog"
DATASET = URIRef(f"{ADDRESS}#dataset")
SPDX = Namespace("http://spdx.org/rdf/terms#")
VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")
PROV = Namespace("http://www.w3.org/ns/prov#")
TYPES = ["text/turtle", "application/ld+json", "application/rdf+xml", "application/n-triples"]
needs_shapes = pytest.mark.skipif(
    not SHAPES.is_dir(), reason="the shapes of DCAT-AP-NL and NL-SBB are not beside the project"
)


def read(client: TestClient, path: str = "/catalog", media_type: str = "text/turtle") -> Graph:
    """Return what is said at a path."""
    answer = client.get(path, headers={"Accept": media_type})
    assert answer.status_code == 200, answer.text
    return Graph().parse(data=answer.content, format=media_type)


@pytest.fixture(scope="module")
def catalog(client: TestClient) -> Graph:
    """Give the catalogue of the shipped graph; to be read, never changed."""
    return read(client)


def violations(data: Graph, shapes: Path, inference: str = "none") -> list[str]:
    """Return what shapes find wrong, recommendations too."""
    import pyshacl

    conforms, _, text = pyshacl.validate(
        data, shacl_graph=Graph().parse(shapes), inference=inference
    )
    found = [line.strip() for line in str(text).splitlines() if "Message:" in line]
    assert conforms == (not found), text
    return found


@needs_shapes
@pytest.mark.parametrize(("name", "inference"), list(DCAT_SHAPES.items()))
def test_catalogue_conforms(catalog: Graph, name: str, inference: str) -> None:
    """The catalogue has what DCAT-AP-NL 3.0 and DCAT-AP 3.0 require and recommend."""
    shapes = SHAPES / "dcat-ap-nl-300" / f"{name}.ttl"
    assert violations(Graph() + catalog, shapes, inference) == []


@needs_shapes
def test_shapes_see_what_is_missing(catalog: Graph) -> None:
    """Without its publisher the dataset does not conform: the shapes look at it."""
    without = Graph() + catalog
    without.remove((DATASET, DCTERMS.publisher, None))
    found = violations(without, SHAPES / "dcat-ap-nl-300" / "dcat-ap-nl-SHACL.ttl")
    assert len(found) == 1
    assert "publisher" in found[0]


@needs_shapes
def test_publisher_with_an_iri_conforms(store: OxigraphStore) -> None:
    """A publisher of a register, with an address for mail, stands in the place of the default."""
    ministry = "https://identifier.overheid.nl/tooi/id/ministerie/mnre1013"
    settings = Settings(publisher=f"Buitenlandse Zaken <{ministry}>", contact="a@example.org")
    told = read(TestClient(create_app(settings, store), base_url="http://localhost"))
    assert set(told.objects(DATASET, DCTERMS.publisher)) == {URIRef(ministry)}
    assert set(told.objects(URIRef(ministry), FOAF.name)) == {Literal("Buitenlandse Zaken")}
    contact = URIRef(f"{ADDRESS}#contact")
    assert set(told.objects(contact, VCARD.hasEmail)) == {URIRef("mailto:a@example.org")}
    assert f"{ADDRESS}#publisher" not in set(map(str, told.all_nodes()))
    for name, inference in DCAT_SHAPES.items():
        assert violations(told, SHAPES / "dcat-ap-nl-300" / f"{name}.ttl", inference) == []


def test_publisher_by_default(catalog: Graph) -> None:
    """Where nobody is named as publisher, none is invented: it is who runs the service."""
    (publisher,) = catalog.objects(DATASET, DCTERMS.publisher)
    names = {str(name) for name in catalog.objects(publisher, FOAF.name)}
    assert names == {"Whoever runs this service", "Wie deze dienst beheert"}
    contact = URIRef(f"{ADDRESS}#contact")
    assert set(catalog.objects(contact, VCARD.hasURL)) == {URIRef("http://localhost/")}
    assert not list(catalog.objects(contact, VCARD.hasEmail))


@pytest.mark.parametrize(
    ("told", "name", "iri"),
    [
        ("", "", ""),
        ("A", "A", ""),
        ("  A B  ", "A B", ""),
        ("A <http://example.org/a>", "A", "http://example.org/a"),
        ("<http://example.org/a>", "", "http://example.org/a"),
    ],
)
def test_publisher_is_read(told: str, name: str, iri: str) -> None:
    """A publisher is a name, with an IRI in angle brackets if there is one."""
    assert Publisher.read(told) == Publisher(name, iri)


@pytest.mark.parametrize(
    ("told", "email"),
    [("A <b c>", ""), ("A <http://a/> b", ""), ("<<", ""), ("A <x>", ""), ("A", "a b")],
)
def test_wrong_publisher_stops_the_service(told: str, email: str, store: OxigraphStore) -> None:
    """A publisher that cannot be read is an error at the start, which shows it."""
    with pytest.raises(SamenhangError) as caught:
        create_app(Settings(publisher=told, contact=email or Settings.contact), store)
    assert repr(told) in str(caught.value)


@pytest.mark.parametrize("media_type", TYPES)
def test_every_syntax(client: TestClient, catalog: Graph, media_type: str) -> None:
    """The catalogue is the same graph in every syntax, by Accept and by `?format=`."""
    assert set(read(client, media_type=media_type)) == set(catalog)
    name = media_type.rpartition("/")[2].replace("ld+json", "jsonld").replace("rdf+xml", "rdfxml")
    answer = client.get(f"/catalog?format={name.replace('n-triples', 'ntriples')}")
    assert answer.headers["content-type"].partition(";")[0] == media_type


def test_what_is_offered(catalog: Graph) -> None:
    """There is one catalogue with one dataset, three files of it and two services on it."""
    assert list(catalog.subjects(RDF.type, DCAT.Catalog)) == [URIRef(f"{ADDRESS}#catalog")]
    assert list(catalog.subjects(RDF.type, DCAT.Dataset)) == [DATASET]
    assert len(set(catalog.objects(DATASET, DCAT.distribution))) == 3
    services = set(catalog.subjects(RDF.type, DCAT.DataService))
    assert services == set(catalog.subjects(DCAT.servesDataset, DATASET))
    assert {str(url) for s in services for url in catalog.objects(s, DCAT.endpointURL)} == {
        "http://localhost/sparql",
        "http://localhost/v1",
    }


def test_files_are_what_is_said_of_them(client: TestClient, catalog: Graph) -> None:
    """Size, checksum and media type of a distribution are those of the bytes that are served."""
    for distribution in catalog.objects(DATASET, DCAT.distribution):
        (url,) = catalog.objects(distribution, DCAT.downloadURL)
        answer = client.get(str(url), headers={"Accept-Encoding": "identity"})
        assert answer.status_code == 200
        assert set(catalog.objects(distribution, DCAT.byteSize)) == {
            Literal(str(len(answer.content)), datatype=XSD.nonNegativeInteger)
        }
        (checksum,) = catalog.objects(distribution, SPDX.checksum)
        (value,) = catalog.objects(checksum, SPDX.checksumValue)
        assert str(value).lower() == sha256(answer.content).hexdigest()
        (media,) = catalog.objects(distribution, DCAT.mediaType)
        assert str(media).endswith(answer.headers["content-type"].partition(";")[0])


def test_addresses_answer(client: TestClient, catalog: Graph) -> None:
    """Every address of this service that the catalogue names is there."""
    nodes = {str(node) for node in catalog.all_nodes() if isinstance(node, URIRef)}
    ours = {iri.partition("#")[0] for iri in nodes if iri.startswith("http://localhost/")}
    assert len(ours) > 6
    failed = [url for url in sorted(ours - {"http://localhost/v1"}) if client.head(url).is_error]
    assert failed == []
    document = client.get("http://localhost/v1/openapi.json").json()
    assert all(client.get(f"/v1{path}").status_code == 200 for path in list(document["paths"])[:1])


def test_day_of_change(catalog: Graph, store: OxigraphStore) -> None:
    """The day of the last change is the newest on which something was recorded or reviewed."""
    days = f"<{PROV}generatedAtTime>|<{SAM}reviewedOn>"
    query = f"SELECT ?day {{ ?x {days} ?day }}"
    newest = max(row["day"].value for row in store.query(query).rows())
    assert set(catalog.objects(DATASET, DCTERMS.modified)) == {Literal(newest, datatype=XSD.date)}


def test_empty_store_has_a_catalogue() -> None:
    """A store with nothing in it is described, without a day of change."""
    told = read(TestClient(create_app(Settings(), in_memory({})), base_url="http://localhost"))
    assert (DATASET, RDF.type, DCAT.Dataset) in told
    assert not list(told.objects(DATASET, DCTERMS.modified))


def test_sources_are_named(catalog: Graph, store: OxigraphStore) -> None:
    """The dataset says from which documents it was read."""
    sources = {str(iri) for iri in catalog.objects(DATASET, PROV.wasDerivedFrom)}
    assert f"{ID}document/kamerbrief-gbvs-2018" in sources
    graphs = len([name for name in store.graphs() if name.startswith(GRAPH)])
    assert graphs - 10 < len(sources) < graphs


def test_host_is_that_of_the_setting(store: OxigraphStore) -> None:
    """Where the service has an address of its own, the catalogue names that and not the host."""
    settings = Settings(base_url="https://samenhang.example/")
    told = read(TestClient(create_app(settings, store), base_url="http://localhost"))
    assert list(told.subjects(RDF.type, DCAT.Dataset)) == [
        URIRef("https://samenhang.example/catalog#dataset")
    ]
    assert not [node for node in told.all_nodes() if str(node).startswith("http://localhost")]


def test_refusals(client: TestClient) -> None:
    """A format that there is not, two formats or a host that is none get a problem document."""
    faults = [
        ("/catalog", {"Accept": "image/png"}, 406),
        ("/catalog?format=csv", {}, 406),
        ("/catalog?format=turtle&format=jsonld", {}, 400),
        ("/catalog", {"Host": "a b<>"}, 400),
    ]
    for path, headers, status in faults:
        answer = client.get(path, headers=headers)
        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/problem+json"


def test_known_catalogue_is_not_sent_twice(client: TestClient) -> None:
    """Who has the catalogue already is told that it is the same."""
    for accept in ("text/html", "text/turtle"):
        first = client.get("/catalog", headers={"Accept": accept})
        known = {"Accept": accept, "If-None-Match": first.headers["etag"]}
        assert client.get("/catalog", headers=known).status_code == 304


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_page(client: TestClient, catalog: Graph, lang: str) -> None:
    """The page says what the data are, with every file, service, licence, day and keyword."""
    answer = client.get(f"/catalog?lang={lang}", headers={"Accept": "text/html"})
    page = BeautifulSoup(answer.text, "html.parser")
    text = " ".join(page.get_text(" ").split())
    for property_ in (DCTERMS.title, DCTERMS.description):
        for subject in set(catalog.objects(DATASET, DCAT.distribution)):
            assert any(str(o) in text for o in catalog.objects(subject, property_))
    for keyword in catalog.objects(DATASET, DCAT.keyword):
        assert (str(keyword) in text) or keyword.language != lang  # type: ignore[attr-defined]
    (description,) = [
        str(o)
        for o in catalog.objects(DATASET, DCTERMS.description)
        if o.language == lang  # type: ignore[attr-defined]
    ]
    assert description in text
    linked = {urlsplit(str(a.get("href"))).path for a in page.select("a[href]")}
    assert {"/data/samenhang.nq", "/data/samenhang.ttl", "/data/samenhang.jsonld"} <= linked


def test_search_engines_read_the_dataset(client: TestClient) -> None:
    """The page holds the dataset in the words of schema.org, with a context that needs no network.

    It is a block of data: no script that a policy for content could refuse.
    """
    answer = client.get("/catalog?lang=en", headers={"Accept": "text/html"})
    (block,) = BeautifulSoup(answer.text, "html.parser").select("script")
    assert block["type"] == "application/ld+json"
    told = json.loads(block.get_text())
    assert told["@context"] == {"@vocab": "https://schema.org/"}
    assert told["@type"] == "Dataset"
    expected = {"name", "description", "identifier", "license", "keywords", "datePublished"}
    expected |= {"dateModified", "creator", "publisher", "isBasedOn", "distribution"}
    assert expected <= set(told)
    for download in told["distribution"]:
        body = client.get(download["contentUrl"], headers={"Accept-Encoding": "identity"}).content
        assert download["contentSize"] == f"{len(body)} B"
        assert download["sha256"] == sha256(body).hexdigest()


def test_hostile_publisher_is_text(store: OxigraphStore) -> None:
    """A name that looks like a script is shown as text, and ends no block."""
    settings = Settings(publisher="</script><script>alert(1)</script>'\"&")
    with pytest.raises(SamenhangError):
        create_app(settings, store)
    odd = "]] & ' \" {{ 7*7 }} \\u003c"
    hostile = TestClient(create_app(Settings(publisher=odd), store))
    answer = hostile.get("/catalog", headers={"Accept": "text/html"})
    page = BeautifulSoup(answer.text, "html.parser")
    assert odd in page.get_text()
    assert json.loads(page.select_one("script").get_text())["publisher"]["name"] == odd  # type: ignore[union-attr]


@needs_shapes
@pytest.mark.parametrize(
    "files", [["concepts"], ["glossary"], ["vocabulary", "concepts", "alignments", "glossary"]]
)
def test_concepts_conform(files: list[str]) -> None:
    """The concept schemes have what NL-SBB asks, alone and together with the vocabulary."""
    data = Graph()
    for name in files:
        data.parse(ROOT / f"{name}.ttl")
    assert violations(data, SHAPES / "nl-sbb-skos-ap-nl.ttl") == []


@needs_shapes
def test_shapes_see_a_concept_without_definition() -> None:
    """Without a definition a concept does not conform: the shapes look at it."""
    data = Graph().parse(ROOT / "concepts.ttl")
    definition = URIRef("http://www.w3.org/2004/02/skos/core#definition")
    data.remove((URIRef(f"{ID}evidence-level/quoted"), definition, None))
    assert len(violations(data, SHAPES / "nl-sbb-skos-ap-nl.ttl")) == 1


def test_every_scheme_is_validated() -> None:
    """No other file of the ontology declares a concept scheme."""
    found = {
        path.stem for path in ROOT.rglob("*.ttl") if "a skos:ConceptScheme" in path.read_text()
    }
    assert found - {"catalog"} == {"concepts", "glossary"}
