"""Reciprocities as other systems read them: what two texts say of each other."""

from collections import Counter

from api.answers import Author, CodeModel, EvidenceModel, Model, ThingModel, code
from graph.reciprocity import Claim, Reciprocity


class SideModel(Model):
    """A thing with a text of its own, and the documents that were read for it."""

    thing: ThingModel
    documents: list[ThingModel]


class ClaimModel(Model):
    """A thing that a text ties to the other; one of both where they are tied as wholes.

    `one` and `other` are the links by which either text says it, `denials` those by which one
    denies it; `evidence` holds their passages.
    """

    thing: ThingModel
    state: CodeModel
    one: list[str]
    other: list[str]
    denials: list[str]
    evidence: list[EvidenceModel]


class ClaimsModel(Model):
    """How many claims there are, by their state."""

    both: int
    one_only: int
    other_only: int
    contradiction: int
    not_assessable: int
    total: int


class ReciprocityModel(Model):
    """Two things, how many claims either text makes on the other by state, and the claims."""

    level: str
    one: SideModel
    other: SideModel
    counts: ClaimsModel
    claims: list[ClaimModel]
    caveats: list[CodeModel]


def _side(author: Author, thing: str, documents: tuple[str, ...]) -> SideModel:
    return SideModel(thing=author.thing(thing), documents=[author.thing(iri) for iri in documents])


def _claim(author: Author, claim: Claim) -> ClaimModel:
    links = (*claim.one, *claim.other, *claim.denials)
    return ClaimModel(
        thing=author.thing(claim.thing),
        state=code("reciprocity", claim.state),
        one=list(claim.one),
        other=list(claim.other),
        denials=list(claim.denials),
        evidence=author.evidence(dict.fromkeys(links)),
    )


def reciprocity_model(author: Author, level: str, found: Reciprocity) -> ReciprocityModel:
    """Return what two texts say of each other, as it is written."""
    states = Counter[str](claim.state for claim in found.claims)
    names = ClaimsModel.model_fields.keys() - {"total"}
    read = len({*found.documents[0], *found.documents[1]})
    return ReciprocityModel(
        level=level,
        one=_side(author, found.one, found.documents[0]),
        other=_side(author, found.other, found.documents[1]),
        counts=ClaimsModel(total=len(found.claims), **{name: states[name] for name in names}),
        claims=[_claim(author, claim) for claim in found.claims],
        caveats=[code("caveat", "not_found", n=read), code("caveat", "effects")],
    )
