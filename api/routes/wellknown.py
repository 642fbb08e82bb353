"""Descriptions for programs: of the service, of its data (VoID) and of example queries (SHACL)."""

import re
from typing import Final

import pyoxigraph as ox
from fastapi import APIRouter, HTTPException, Request, Response

from api.library import Library, LibraryDep
from api.negotiate import result_format
from api.settings import Settings
from graph.dumps import names_of
from graph.executable import executable
from graph.library import find, read_folder
from graph.network import list_views
from graph.questions import list_questions
from graph.results import FORMATS, Form, Row, format_named
from ontology import BASE, ID, PREFIXES, ROOT

router = APIRouter(prefix="/.well-known", include_in_schema=False)

#: The prefixes of the descriptions, beside those of the data.
NAMESPACES: Final = PREFIXES | {
    "sd": "http://www.w3.org/ns/sparql-service-description#",
    "void": "http://rdfs.org/ns/void#",
    "formats": "http://www.w3.org/ns/formats/",
    "schema": "https://schema.org/",
}
LICENCE: Final = "https://joinup.ec.europa.eu/collection/eupl/eupl-text-eupl-12"

#: The name of each format at W3C (Unique URIs for File Formats).
W3C: Final = {
    "json": "SPARQL_Results_JSON",
    "xml": "SPARQL_Results_XML",
    "csv": "SPARQL_Results_CSV",
    "tsv": "SPARQL_Results_TSV",
    "turtle": "Turtle",
    "ntriples": "N-Triples",
    "rdfxml": "RDF_XML",
    "jsonld": "JSON-LD",
    "trig": "TriG",
    "nquads": "N-Quads",
}
_HOST: Final = re.compile(r"(?:[A-Za-z\d._-]+|\[[A-Fa-f\d:.]+\])(?::\d{1,5})?")
_PREFIXES: Final = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in NAMESPACES.items())


def origin_of(request: Request) -> str:
    """Return scheme and host as the client wrote them; 400 when that is no host."""
    host = request.headers.get("host", "")
    if not _HOST.fullmatch(host):
        raise HTTPException(400, "The header Host names no host.")
    return f"{request.scope['scheme']}://{host}"


def published_at(request: Request) -> str:
    """Return scheme and host of where the service is published, by its setting.

    While that is not set they are those of the request; 400 when these are none.
    """
    library: Library = request.app.state.library
    base_url = library.settings.base_url
    if base_url == Settings.base_url:
        return origin_of(request)
    scheme, _, rest = base_url.partition("://")
    return f"{scheme}://{rest.partition('/')[0]}"


def reply(turtle: str, name: str) -> Response:
    """Write a description in a format."""
    format_ = format_named(name, Form.GRAPH)
    assert isinstance(format_.engine, ox.RdfFormat)
    quads = ox.parse(_PREFIXES + turtle, format=ox.RdfFormat.TURTLE)
    triples = [quad.triple for quad in quads]
    body = ox.serialize(triples, format=format_.engine, prefixes=NAMESPACES) or b""
    return Response(body, media_type=format_.media_type, headers={"Vary": "Accept"})


def _rows(library: Library, slug: str) -> list[Row]:
    """Return the rows of a stored query, which is asked once for each revision."""
    asked = library.described
    if slug not in asked:
        asked[slug] = list(library.store.query(find(ROOT / "queries", slug).text).rows())
    return asked[slug]


def _number(row: Row, name: str) -> int:
    return int(row[name].value)


def describe_service(request: Request, library: Library, format_: str) -> Response:
    """Describe the service in a syntax (SPARQL 1.1 Service Description, section 3).

    The default graph is everything together; each named graph comes with its number of triples.
    """
    origin = published_at(request)
    endpoint = f"{origin}/sparql"
    formats = ", ".join(f"formats:{W3C[f.name]}" for f in FORMATS)
    graphs = " ,\n".join(
        f"[ a sd:NamedGraph ; sd:name {row['graph']} ;"
        f" sd:graph [ a sd:Graph ; void:triples {_number(row, 'triples')} ] ]"
        for row in _rows(library, "graphs")
    )
    languages = ["SPARQL10Query", "SPARQL11Query"]
    languages += ["SPARQL11Update"] if library.writer and library.settings.token else []
    turtle = f"""
    <{endpoint}#service> a sd:Service ;
      sd:endpoint <{endpoint}> ;
      sd:supportedLanguage {", ".join(f"sd:{name}" for name in languages)} ;
      sd:feature sd:UnionDefaultGraph ;
      sd:defaultEntailmentRegime <http://www.w3.org/ns/entailment/Simple> ;
      sd:resultFormat {formats} ;
      sd:defaultDataset <{endpoint}#dataset> ;
      rdfs:seeAlso <{origin}/.well-known/void>, <{origin}/.well-known/sparql-examples> .
    <{endpoint}#dataset> a sd:Dataset ;
      sd:defaultGraph [ a sd:Graph ; void:triples {len(library.store)} ]
      {f"; sd:namedGraph {graphs}" if graphs else ""} .
    """
    return reply(turtle, format_)


@router.get("/void")
def void(request: Request, library: LibraryDep) -> Response:
    """Describe the data: size, classes, properties and where to ask (VoID, sections 2 to 5)."""
    chosen = result_format(request, Form.GRAPH, _wanted(request)).name
    origin = published_at(request)
    document = f"{origin}/.well-known/void"
    (size,) = _rows(library, "size")
    classes, properties = _rows(library, "classes"), _rows(library, "properties")
    used = [row["class"].value for row in classes] + [row["property"].value for row in properties]
    vocabularies = sorted({match[0] for iri in used if (match := re.match(r".*[#/]", iri))})
    strategies = [iri for iri in sorted(library.names.by_iri) if iri.startswith(ID + "strategy/")]
    partitions = [
        f"void:classPartition [ void:class {row['class']} ; void:entities"
        f" {_number(row, 'things')} ]"
        for row in classes
    ] + [
        f"void:propertyPartition [ void:property {row['property']} ;"
        f" void:triples {_number(row, 'triples')} ;"
        f" void:distinctSubjects {_number(row, 'subjects')} ;"
        f" void:distinctObjects {_number(row, 'objects')} ]"
        for row in properties
    ]
    dumped = "".join(f"void:dataDump <{origin}/data/{name}> ;" for name in names_of(library.size))
    turtle = f"""
    <{document}> a void:DatasetDescription ;
      dcterms:title "Description of the data"@en, "Beschrijving van de data"@nl ;
      foaf:primaryTopic <{document}#dataset> .
    <{document}#dataset> a void:Dataset ;
      dcterms:title "Samenhang" ;
      dcterms:description
        "Links of a government strategy, each with the passage that states it."@en,
        "Koppelingen van een regeringsstrategie, elk met de passage die haar stelt."@nl ;
      dcterms:license <{LICENCE}> ;
      foaf:homepage <{origin}/> ;
      void:sparqlEndpoint <{origin}/sparql> ;
      rdfs:seeAlso <{origin}/catalog> ;
      {dumped}
      void:uriSpace "{BASE}" ;
      void:feature {", ".join(f"formats:{W3C[f.name]}" for f in FORMATS if Form.GRAPH in f.forms)} ;
      void:triples {_number(size, "triples")} ;
      void:entities {_number(size, "things")} ;
      void:distinctSubjects {_number(size, "subjects")} ;
      void:distinctObjects {_number(size, "objects")} ;
      void:classes {len(classes)} ;
      void:properties {len(properties)}
      {"".join(f"; void:vocabulary <{iri}>" for iri in vocabularies)}
      {"".join(f"; void:exampleResource <{iri}>" for iri in strategies)}
      {"".join(f"; {partition}" for partition in partitions)} .
    """
    return reply(turtle, chosen)


def _wanted(request: Request) -> str | None:
    wanted = request.query_params.getlist("format")
    if len(wanted) > 1:
        raise HTTPException(400, f"format is given {len(wanted)} times; give it once.")
    return wanted[0] if wanted else None


@router.get("/sparql-examples")
def examples(request: Request) -> Response:
    """Give the stored queries as examples, and the prefixes (SHACL, section 5.2.1)."""
    chosen = result_format(request, Form.GRAPH, _wanted(request)).name
    origin = published_at(request)
    document, endpoint = f"{origin}/.well-known/sparql-examples", f"{origin}/sparql"
    stored = [
        *((query, "question") for query in list_questions()),
        *((query, "query") for query in read_folder(ROOT / "queries")),
        *((query, "view") for query in list_views()),
    ]
    declared = " ".join(
        f'; sh:declare [ a sh:PrefixDeclaration ; sh:prefix "{name}" ;'
        f' sh:namespace "{iri}"^^xsd:anyURI ]'
        for name, iri in PREFIXES.items()
    )
    prefixes = f"<{document}#prefixes> a owl:Ontology ; owl:imports sh: {declared} ."
    declared_at = f"{document}#prefixes"
    written = (
        executable(query, f"{document}#{folder}-{query.slug}", declared_at, endpoint, folder)
        for query, folder in stored
    )
    return reply(prefixes + "".join(written), chosen)
