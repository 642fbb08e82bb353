"""Ten questions of an analyst over five texts, with answers written before the data were loaded.

The texts are the strategies of 2013 (IVS), 2018 (GBVS), 2019 (NVS) and 2023 (VKK) and the
Defensienota of 2018. Each query is a file of `data/editions`; each answer stands here in full.
"""

from pathlib import Path

import pyoxigraph as ox

from graph.oxigraph import OxigraphStore
from graph.results import Term
from ontology import ID, SAM

QUERIES = Path(__file__).parent / "data" / "editions"

Answer = set[tuple[str, ...]]


def numbered(prefix: str, slugs: str) -> dict[int, str]:
    """Name things by the number that their strategy gives them."""
    return {number: prefix + slug for number, slug in enumerate(slugs.split(), 1)}


GOALS = numbered(
    "goal/gbvs-2018-",
    """conflict-prevention root-causes-of-terrorism disarmament-and-non-proliferation cyber-norms
    collective-self-defence cyber-deterrence counterterrorism societal-resilience economic-security
    cross-border-crime international-legal-order international-security-cooperation
    border-management""",
)
LINES = numbered(
    "line/vkk-2023-",
    """partnerships-and-armed-forces hybrid-conflict economy-and-science social-stability
    organised-subversive-crime foreign-interference-and-espionage digital-resilience
    terrorism-and-extremism climate critical-infrastructure pandemic-preparedness
    crisis-control-and-preparedness""",
)
RISKS = numbered(
    "threat/nvs-2019-",
    """unwanted-interference multilateral-institutions-and-economic-resilience
    terrorism-and-extremism military-threats disruption-of-critical-infrastructure
    criminal-subversion polarisation cyber-threats natural-disasters cbrn-threats
    infectious-diseases""",
)
INTERESTS_2013 = numbered(
    "interest/ivs-2013-", "own-and-allied-territory international-legal-order economic-security"
)
FIVE = """territorial-security physical-security economic-security ecological-security
    social-and-political-stability """
INTERESTS_2019 = numbered("interest/nvs-2019-", FIVE + "international-rule-of-law")
INTERESTS_2023 = numbered("interest/vkk-2023-", FIVE + "international-legal-order-and-stability")


def short(term: Term | None) -> str:
    """Return a literal as it is, a thing as class and slug, a kind or level by its name alone."""
    if not isinstance(term, ox.NamedNode):
        return term.value if term else ""
    return term.value.removeprefix(ID).removeprefix("evidence-level/").removeprefix(SAM)


def answer(store: OxigraphStore, name: str, *, assessed: bool = True) -> Answer:
    """Run a stored query, with assessed links or with only what a text states."""
    text = (QUERIES / f"{name}.rq").read_text(encoding="utf-8")
    if not assessed:
        assert " level:assessed" in text
        text = text.replace(" level:assessed", "")
    result = store.query(text)
    columns = result.variables
    return {tuple(short(row.get(column)) for column in columns) for row in result.rows()}


def test_01_one_goal_has_no_successor(store: OxigraphStore) -> None:
    """Only border management ends; three goals lose a heading, nine more go on in lines."""
    merged = {1: "1 9", 2: "8 1", 3: "1", 4: "7 2", 5: "1", 6: "7 1 2", 8: "2 4", 9: "10 9"}
    successors = {
        "mergedInto": merged | {11: "1", 12: "1 8 2"},
        "renamedAs": {8: "6", 9: "3", 10: "5"},
        "continuesAs": {7: "8"},
        "splitFrom": {9: "10"},
    }
    endings = dict.fromkeys((1, 3, 11), "headingDroppedIn")
    assert answer(store, "01-goals-without-successor") == {
        (GOALS[goal], endings.get(goal, ""), "assessed", kind, LINES[int(line)])
        for kind, lines_of in successors.items()
        for goal, lines in lines_of.items()
        for line in lines.split()
    } | {(GOALS[13], "droppedIn", "assessed", "", "")}


def test_01_no_text_says_what_became_of_a_goal(store: OxigraphStore) -> None:
    """Without assessed links nothing is known of any goal, and none counts as dropped."""
    found = answer(store, "01-goals-without-successor", assessed=False)
    assert found == {(goal, "", "", "", "") for goal in GOALS.values()}


def test_02_couplings_claimed_from_one_side(store: OxigraphStore) -> None:
    """Six couplings stand in the strategy only and two in the Defensienota only."""
    # 1. The steps of the term under goal 5, which the strategy states in three links.
    # 2. Missions. 3. The budget for international security. 4 to 6. What the choices include.
    strategy = """topic/steps-of-the-term-towards-the-nato-capability-objectives
        investment/steps-of-government-term-from-2017-towards-2-percent-of-gdp
        goal/gbvs-2018-collective-self-defence topic/choices-on-capabilities-for-missions
        commitment/review-of-the-biv-in-two-years instrument/modern-self-defence
        instrument/greater-emphasis-on-preventive-security-policy
        topic/promotion-of-the-international-legal-order"""
    # 7. The additional money. 8. The one measure, and the objective that it shares.
    paper = """topic/choice-how-to-spend-the-additional-1-5-billion
        instrument/defensienota-2018-cyber-capabilities
        topic/better-protection-against-digital-threats"""
    assert answer(store, "02-claimed-from-one-side") == {
        ("document/gbvs-2018-en", part) for part in strategy.split()
    } | {("document/defensienota-2018-en", part) for part in paper.split()}


def test_03_places_of_strategy_and_defensienota(store: OxigraphStore) -> None:
    """Both texts name eight places, of which two are a stated focus of both."""
    sides = {
        "north-africa regions-around-europe": ("true", "true"),
        # The Defensienota protects these parts and names them, but as no focus (d059).
        "caribbean-parts-of-the-kingdom": ("true", "false"),
        "middle-east sub-saharan-africa": ("false", "true"),
        # The Defensienota names Aruba as a place of units, without the word focus (d060).
        "aruba venezuela russia": ("false", "false"),
    }
    assert answer(store, "03-places-of-both") == {
        (f"region/{place}", *focus) for places, focus in sides.items() for place in places.split()
    }


PERIODS = ("2018", "2019", "2020", "2021", "structural")
MONEY = "investment/defensienota-2018-"


def test_04_money_per_year(store: OxigraphStore) -> None:
    """The extra money has four series, and the tied measure gets its own part of one of them."""
    millions = {
        "intensification": (910, 1210, 1410, 1510, 1510),
        "support-of-the-armed-forces": (254, 301, 350, 400, 400),
        "modernisation-of-the-armed-forces": (475, 725, 775, 825, 825),
        "striking-power-cyber-and-employment-practices": (113, 246, 263, 275, 275),
        "coastguard-intensification": (10, 10, 10, 10, 10),
        "cyber-capabilities": (0, 12, 16, 20, 20),
    }
    assert answer(store, "04-money-per-year") == {
        (MONEY + series, period, str(amount))
        for series, amounts in millions.items()
        for period, amount in zip(PERIODS, amounts, strict=True)
    }


def test_04_series_add_up_from_2021_only(store: OxigraphStore) -> None:
    """The four series miss the total in the first three years; the parts of one series fit."""
    total, added = (910, 1210, 1410, 1510, 1510), (852, 1282, 1398, 1510, 1510)
    part = (113, 246, 263, 275, 275)
    assert answer(store, "04-sums-of-series") == {
        (MONEY + whole, period, str(printed), str(computed))
        for whole, *sums in (
            ("intensification", total, added),
            ("striking-power-cyber-and-employment-practices", part, part),
        )
        for period, printed, computed in zip(PERIODS, *sums, strict=True)
    }


def test_05_interests_and_what_they_continue_as(store: OxigraphStore) -> None:
    """Of 2019 five interests continue and one is renamed; those of 2013 become goals."""
    continued = {
        *((1, "renamedAs", GOALS[5]), (1, "splitFrom", GOALS[7]), (1, "splitFrom", GOALS[10])),
        *((2, "renamedAs", GOALS[11]), (2, "splitFrom", GOALS[4])),
        *((2, "mergedInto", "pillar/gbvs-2018-strengthen"), (3, "continuesAs", GOALS[9])),
    }
    kinds = dict.fromkeys(range(1, 6), "continuesAs") | {6: "renamedAs"}
    last = {("strategy/vkk-2023", interest, "", "", "") for interest in INTERESTS_2023.values()}
    assert answer(store, "05-interests") == last | {
        ("strategy/ivs-2013", INTERESTS_2013[interest], "assessed", kind, later)
        for interest, kind, later in continued
    } | {
        ("strategy/nvs-2019", INTERESTS_2019[number], "assessed", kind, INTERESTS_2023[number])
        for number, kind in kinds.items()
    }


def test_05_no_text_pairs_interests(store: OxigraphStore) -> None:
    """The three lists of three, six and six interests are stated; no pair of them is."""
    lists = {"ivs-2013": INTERESTS_2013, "nvs-2019": INTERESTS_2019, "vkk-2023": INTERESTS_2023}
    assert answer(store, "05-interests", assessed=False) == {
        (f"strategy/{strategy}", interest, "", "", "")
        for strategy, interests in lists.items()
        for interest in interests.values()
    }


def test_05_no_interest_of_2013_leads_to_one_of_2023(store: OxigraphStore) -> None:
    """Over any number of editions only the six of 2019 reach an interest of 2023."""
    found = answer(store, "05-interests-that-lead-to-2023")
    assert found == set(zip(INTERESTS_2019.values(), INTERESTS_2023.values(), strict=True))


def test_06_new_lines_have_predecessors_in_2019(store: OxigraphStore) -> None:
    """Five whole lines are new beside 2018 but not beside 2019; one part is new beside both."""
    issue, system = "issue/nvs-2019-", "instrument/nvs-2019-risk-and-crisis-management-system"
    earlier = {
        2: {issue + "state-sponsored-threats", GOALS[6], GOALS[8], GOALS[12], GOALS[4]},
        4: {issue + "polarisation", issue + "state-sponsored-threats", GOALS[8]},
        9: {issue + "natural-disasters", GOALS[1], GOALS[9]},
        11: {issue + "infectious-diseases"},
        12: {system, issue + "natural-disasters"},
    }
    science = "topic/vkk-2023-protection-of-science"
    assert answer(store, "06-new-lines") == {
        (LINES[line], "strategy/gbvs-2018", "assessed", item)
        for line, items in earlier.items()
        for item in items
    } | {(science, f"strategy/{other}", "assessed", "") for other in ("gbvs-2018", "nvs-2019")}
    assert answer(store, "06-new-lines", assessed=False) == set()


def test_07_risks_and_interests(store: OxigraphStore) -> None:
    """The text has eighteen pairs and four risks without an interest; a reader adds five pairs."""
    touched = {1: "562", 5: "253", 6: "5", 7: "5", 8: "123456", 10: "6", 11: "253"}
    concluded = {4: "156", 5: "16"}
    stated, added = (
        {(RISKS[risk], INTERESTS_2019[int(it)]) for risk, its in found.items() for it in its}
        for found in (touched, concluded)
    )
    assert (len(stated), len(added)) == (18, 5)
    found = answer(store, "07-risks-and-interests", assessed=False)
    assert found == stated | {(RISKS[risk], "") for risk in (2, 3, 4, 9)}
    found = answer(store, "07-risks-and-interests")
    assert found == stated | added | {(RISKS[risk], "") for risk in (2, 3, 9)}


def test_07_stability_is_touched_most(store: OxigraphStore) -> None:
    """Social and political stability is touched by most risks: six stated, seven in all."""
    for assessed, counts in ((False, (1, 4, 3, 1, 6, 3)), (True, (3, 4, 3, 1, 7, 5))):
        assert answer(store, "07-risks-per-interest", assessed=assessed) == {
            (INTERESTS_2019[number], str(count)) for number, count in enumerate(counts, 1)
        }


def test_08_who_is_responsible(store: OxigraphStore) -> None:
    """Four items of 2019 and one line of 2023 have a body that is responsible or coordinates."""
    bodies = {
        # Not cyber: the text says that the NCTV will reassess interests, a commitment (e153).
        # Not Infrastructure: it works with the partners who are responsible for drought (e156).
        "issue/nvs-2019-natural-disasters": """department/agriculture organization/water-partners
            organization/water-boards organization/provinces organization/municipalities""",
        # Not Agriculture: it shares a crisis structure, for which no one is responsible (e160).
        "issue/nvs-2019-infectious-diseases": "department/health organization/nvwa",
        # Not the three ministries that set up the joint agenda: they issued it (e163).
        "instrument/nvs-2019-research-agenda": "department/economic-affairs-and-climate",
        "instrument/nvs-2019-periodic-updating": """department/justice-and-security
            organization/nctv""",
        # Not lines 2 and 12: an aim of the services (e354), and an agenda of several partners, some
        # with stronger roles still to be laid down, for which the text makes nobody answer (e353).
        LINES[10]: "department/infrastructure-and-water-management",
    }
    assert answer(store, "08-who-is-responsible") == {
        (item, body) for item, listed in bodies.items() for body in listed.split()
    }


def test_08_one_ministry_holds_a_role_in_three_texts(store: OxigraphStore) -> None:
    """Justice and Security is responsible or coordinates in three texts, no other in two."""
    # Not Foreign Affairs or Infrastructure: the text of 2019 gives them no such role (e163, e156).
    found = answer(store, "08-ministries-in-several-texts")
    assert found == {("department/justice-and-security", "3")}


def test_09_what_texts_say_of_the_alignment(store: OxigraphStore) -> None:
    """Four statements on whole strategies stay, and the letter alone states the merger of 2023."""
    gbvs, vkk = "strategy/gbvs-2018", "strategy/vkk-2023"
    succession = (gbvs, "succeeds", "strategy/ivs-2013")
    mergers = {(gbvs, "mergedInto", vkk), ("strategy/nvs-2019", "mergedInto", vkk)}
    # The text names no earlier strategy, so that these are one unnamed thing (e364).
    joint = "topic/joint-making-of-the-strategy-by-all-countries-of-the-kingdom"
    first = (joint, "newComparedWith", "topic/earlier-security-strategies")
    assert answer(store, "09-sources-of-alignment") == {
        *((*succession, f"document/{text}") for text in ("gbvs-2018-en", "kamerbrief-gbvs-2018")),
        *((*merger, "document/kst-30821-178") for merger in mergers),
    }
    assert answer(store, "09-alignment", assessed=False) == {succession, first} | mergers


def test_10_policies_that_the_defensienota_does_not_name(store: OxigraphStore) -> None:
    """Nine of ten policies are not found, on one the text is silent, and none is denied."""
    other_words = """trade-and-development-policy integrated-migration-agenda
        economic-security-efforts intelligence-services-policy international-policing-strategy
        national-counterterrorism-strategy"""
    # The search was for the Dutch names; that these two have them is assessed (h619, h620).
    matched = ("national-cyber-security-strategy", "digitisation-programme")
    stated = dict.fromkeys(other_words.split(), "false")
    # The tenth, modernisation, is the subject of the Defensienota itself: no finding.
    stated |= {"strengthening-of-diplomacy": "true", "modernisation-of-the-armed-forces": ""}
    for assessed, finding in ((True, "false"), (False, "")):
        silent = stated | dict.fromkeys(matched, finding)
        found = answer(store, "10-policies-not-named", assessed=assessed)
        assert found == {(f"instrument/{policy}", says) for policy, says in silent.items()}
    assert answer(store, "10-not-denied") == set()
