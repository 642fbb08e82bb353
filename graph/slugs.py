"""Slugs: short names of things among their like, to be used in addresses."""

import re
from collections.abc import Iterable
from hashlib import sha256
from typing import Final

from ontology import ID

_SLUG: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def slugs_of(iris: Iterable[str], own: str) -> dict[str, str]:
    """Return a slug for each of these IRIs, all different, in the order of the IRIs.

    The slug is the last part of an IRI of ours. When that is taken, by an IRI of the class `own`
    first, or is none, the slug is a hash of the IRI.
    """
    slugs: dict[str, str] = {}
    taken: set[str] = set()
    ordered = sorted(iris)
    for iri in sorted(ordered, key=lambda iri: not iri.startswith(f"{ID}{own}/")):
        slug = iri.rpartition("/")[2] if iri.startswith(ID) else ""
        if slug in taken or not _SLUG.fullmatch(slug):
            slug = sha256(iri.encode()).hexdigest()[:32]
        taken.add(slug)
        slugs[iri] = slug
    return {iri: slugs[iri] for iri in ordered}
