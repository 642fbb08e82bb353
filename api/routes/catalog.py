"""The catalogue: what is offered here, for harvesters, for search engines and as a page."""

from typing import Any, Final

import pyoxigraph as ox
from fastapi import APIRouter, Request, Response

from api.conditional import unless_known
from api.library import Library, LibraryDep
from api.linking import headers_of
from api.negotiate import described, language
from api.routes.wellknown import published_at
from api.settings import Settings
from graph.catalog import NAMESPACES, Catalog, Publisher, read_catalog
from graph.library import LANGUAGES
from graph.results import Format

router = APIRouter(include_in_schema=False)

#: Search engines load no context, so it says in the document itself what its words are.
_CONTEXT: Final = {"@vocab": "https://schema.org/"}


def publisher_of(settings: Settings) -> Publisher:
    """Return who publishes; without an address for mail when none was set."""
    email = settings.contact if settings.contact != Settings.contact else ""
    return Publisher.read(settings.publisher, email)


@router.get("/catalog")
def catalogue(request: Request, library: LibraryDep) -> Response:
    """Describe the dataset, its files and the services, as a page or as RDF (DCAT-AP-NL)."""
    format_ = described(request)
    catalog = _catalog(request, library)
    headers = headers_of("/catalog", f"{catalog.address}#catalog")
    if format_:
        return unless_known(request, _written(catalog, format_, headers))
    page = library.page(
        request,
        "catalog.html",
        catalog=catalog,
        schema=_as_schema(catalog, language(request)),
        statements=library.size,
        links=len(library.links),
        sources=catalog.objects("dataset", "prov:wasDerivedFrom"),
    )
    page.headers.update(headers)
    return unless_known(request, page)


def _catalog(request: Request, library: Library) -> Catalog:
    return read_catalog(
        f"{published_at(request)}/catalog",
        request.app.state.publisher,
        library.dumps.values(),
        library.modified,
        library.documents.values(),
    )


def _written(catalog: Catalog, format_: Format, headers: dict[str, str]) -> Response:
    assert isinstance(format_.engine, ox.RdfFormat)
    triples = sorted(catalog.triples, key=str)
    body = ox.serialize(triples, format=format_.engine, prefixes=NAMESPACES) or b""
    return Response(body, media_type=format_.media_type, headers=headers)


def _agent(catalog: Catalog, iri: str, lang: str) -> dict[str, Any]:
    return {
        "@type": "Organization",
        "@id": iri,
        "name": catalog.text(iri, "foaf:name", lang),
    }


def _download(catalog: Catalog, iri: str, lang: str) -> dict[str, Any]:
    checksum = catalog.object(iri, "spdx:checksum")
    media = catalog.object(iri, "dcat:mediaType")
    return {
        "@type": "DataDownload",
        "@id": iri,
        "name": catalog.text(iri, "dcterms:title", lang),
        "contentUrl": catalog.object(iri, "dcat:downloadURL"),
        "encodingFormat": catalog.object(media, "rdfs:label"),
        "contentSize": f"{catalog.object(iri, 'dcat:byteSize')} B",
        "sha256": catalog.object(checksum, "spdx:checksumValue"),
        "license": catalog.object(iri, "dcterms:license"),
        "dateModified": catalog.object(iri, "dcterms:modified"),
    }


def _as_schema(catalog: Catalog, lang: str) -> dict[str, Any]:
    """Return the dataset in the words of search engines (schema.org), in a language."""
    said = {
        "name": catalog.text("dataset", "dcterms:title", lang),
        "description": catalog.text("dataset", "dcterms:description", lang),
        "identifier": catalog.object("dataset", "dcterms:identifier"),
        "url": catalog.address,
        "license": catalog.object("dataset", "dcterms:license"),
        "keywords": catalog.texts("dataset", "dcat:keyword", lang),
        "inLanguage": list(LANGUAGES),
        "datePublished": catalog.object("dataset", "dcterms:issued"),
        "dateModified": catalog.object("dataset", "dcterms:modified"),
        "isAccessibleForFree": True,
        "creator": _agent(catalog, catalog.object("dataset", "dcterms:creator"), lang),
        "publisher": _agent(catalog, catalog.object("dataset", "dcterms:publisher"), lang),
        "spatialCoverage": catalog.object("dataset", "dcterms:spatial"),
        "isBasedOn": catalog.objects("dataset", "prov:wasDerivedFrom"),
        "includedInDataCatalog": {"@type": "DataCatalog", "@id": catalog.iri("catalog")},
        "distribution": [
            _download(catalog, iri, lang) for iri in catalog.objects("dataset", "dcat:distribution")
        ],
    }
    known = {key: value for key, value in said.items() if value}
    return {"@context": _CONTEXT, "@type": "Dataset", "@id": catalog.iri("dataset"), **known}
