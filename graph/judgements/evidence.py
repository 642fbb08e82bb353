"""Evidence: links without a quotation or with one source, and gaps that weaker links close."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from graph.facts import Fact, Facts, links_of
from graph.findings import Finding, Judgement
from graph.links import STRENGTH
from graph.measures.figures import fraction


def weaknesses(facts: Facts, _: Mapping[str, float]) -> Judgement:
    """Return each statement, and each gap of another question; a gap when its evidence is weak.

    A fact in the role `link` stands for one document with a passage of the link, which may be a
    version of a `work`; versions of one work are one source. A fact in the role `quoted` says that
    a passage of the link has a quotation. Links of several sources that say the same are one
    statement, and the other end of the finding about it is the strongest of them. A fact in the
    role `answer` is a gap in the question `other`, and says the level at which it would close.
    """
    links = list(_links(facts))
    answers = list(_answers(facts))
    figures = (
        fraction("unquoted", sum(f.gap and f.why != "single" for f in links), len(links)),
        fraction("single", sum(f.gap and f.why != "unquoted" for f in links), len(links)),
        fraction("weak_answers", sum(f.gap for f in answers), len(answers)),
    )
    return Judgement([*links, *answers], figures)


def _links(facts: Facts) -> Iterator[Finding]:
    """Yield a row for each statement: links with one subject, kind and object are one."""
    found: dict[tuple[str, str, str], list[Fact]] = defaultdict(list)
    quoted = {fact.link for fact in facts.rows if fact.role == "quoted"}
    for fact in facts.rows:
        if fact.role == "link":
            found[fact.item, fact.said["kind"], fact.said["object"]].append(fact)
    for (item, kind, object_), passages in found.items():
        stated = [f.said for f in passages if "document" in f.said]
        documents = {said["document"] for said in stated}
        sources = {said.get("work", said["document"]) for said in stated}
        links = links_of(passages)
        single, unquoted = len(sources) <= 1, quoted.isdisjoint(links)
        yield Finding(
            item,
            links[0],
            gap=single or unquoted,
            why="" if single == unquoted else "single" if single else "unquoted",
            links=links,
            values={"kind": kind, "object": object_, "documents": tuple(sorted(documents))},
        )


def _answers(facts: Facts) -> Iterator[Finding]:
    """Yield a row for each item and question: the strongest level at which a gap of it closes."""
    for item, found in sorted(facts.by_role.get("answer", {}).items()):
        for question in sorted({f.other for f in found}):
            closing = [f for f in found if f.other == question and "level" in f.said]
            best = max((f.said["level"] for f in closing), key=_strength, default="")
            yield Finding(
                item,
                question,
                gap=bool(best),
                why="conclusion" if best else "firm",
                links=tuple(sorted({f.link for f in found if f.other == question and f.link})),
                values={
                    "question": next(f.said["number"] for f in found if f.other == question),
                    "level": best,
                },
                disappears_at=best.rpartition("/")[2],
            )


def _strength(level: str) -> int:
    return STRENGTH[level.rpartition("/")[2]]
