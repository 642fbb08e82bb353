"""What is said: the namespaces, and where the files of the ontology are."""

from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parent

BASE: Final = "https://w3id.org/samenhang/"
ID: Final = BASE + "id/"
DOC: Final = BASE + "doc/"
SAM: Final = BASE + "def#"
GRAPH: Final = ID + "graph/"

#: Prefixes that queries, pages and exports use, in the order in which they are declared.
PREFIXES: Final[dict[str, str]] = {
    "sam": SAM,
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "dcterms": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "org": "http://www.w3.org/ns/org#",
    "prov": "http://www.w3.org/ns/prov#",
    "oa": "http://www.w3.org/ns/oa#",
    "sh": "http://www.w3.org/ns/shacl#",
    "level": ID + "evidence-level/",
    "polarity": ID + "polarity/",
    "agreement": ID + "agreement/",
    "confidence": ID + "confidence/",
    "kind": ID + "instrument-kind/",
    "graph": GRAPH,
    **{
        name: f"{ID}{name}/"
        for name in (
            "strategy",
            "pillar",
            "goal",
            "interest",
            "objective",
            "focus",
            "issue",
            "line",
            "theme",
            "threat",
            "trend",
            "region",
            "instrument",
            "framework",
            "principle",
            "organization",
            "department",
            "office",
            "person",
            "commitment",
            "investment",
            "document",
            "topic",
            "descriptor",
            "option",
            "link",
            "passage",
            "absence",
            "assessment",
        )
    },
}
