"""The shape of the code: layers, sizes, captions, and what a start loads."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib import import_module
from importlib.metadata import packages_distributions, requires
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parent.parent
#: Lowest first: each may import what stands before it.
LAYERS = ("ontology", "graph", "api")
MODULES = sorted(
    path
    for layer in LAYERS
    for path in (REPOSITORY / layer).rglob("*.py")
    if "node_modules" not in path.parts
)
LAZY = ("pyvis", "pyshacl", "rdflib", "lingua")


def tree_of(module: Path) -> ast.Module:
    """Parse a module."""
    return ast.parse(module.read_text(encoding="utf-8"), str(module))


def imports(module: Path) -> Iterator[str]:
    """Yield the top package of everything that a module imports, wherever it does so."""
    for node in ast.walk(tree_of(module)):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} imports by a relative name"
            yield (node.module or "").partition(".")[0]


def name(module: Path) -> str:
    """Name a module by its path in the repository."""
    return str(module.relative_to(REPOSITORY))


every_module = pytest.mark.parametrize("module", MODULES, ids=name)


def test_modules_are_found() -> None:
    """The tests below look at modules of every layer."""
    assert {name(module).partition("/")[0] for module in MODULES} == set(LAYERS)


@every_module
def test_imports_go_down(module: Path) -> None:
    """The service imports the graph and the graph the ontology, and never back."""
    layer = LAYERS.index(name(module).partition("/")[0])
    assert set(imports(module)) & set(LAYERS[layer + 1 :]) == set()


@every_module
def test_module_has_a_caption(module: Path) -> None:
    """Every module opens with a docstring whose first line is a sentence of its own."""
    caption = (ast.get_docstring(tree_of(module)) or "").partition("\n")[0]
    assert re.fullmatch(r"\S.{9,98}[.?]", caption)


@every_module
def test_module_is_short(module: Path) -> None:
    """No module is longer than 300 lines."""
    assert len(module.read_text(encoding="utf-8").splitlines()) <= 300


@every_module
def test_functions_are_short(module: Path) -> None:
    """No function is longer than 50 lines."""
    long = [
        f"{node.name}: {node.end_lineno - node.lineno + 1}"
        for node in ast.walk(tree_of(module))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno is not None
        and node.end_lineno - node.lineno + 1 > 50
    ]
    assert long == []


def test_start_is_light() -> None:
    """Starting the service loads none of the slow packages that only some work needs."""
    program = (
        "import sys\n"
        "from api.app import create_app\n"
        "from api.settings import Settings\n"
        "create_app(Settings())\n"
        f"print(*sorted(set({LAZY!r}) & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "", "")


@pytest.mark.parametrize("package", LAYERS)
def test_packages_are_ours(package: str) -> None:
    """The packages are the ones of this repository, and no other distribution brings them."""
    module = import_module(package)
    assert Path(str(module.__file__)).parent == REPOSITORY / package
    assert set(packages_distributions().get(package, [])) <= {"samenhang"}


def test_imports_are_declared() -> None:
    """Everything imported is declared as a dependency, or is one of FastAPI's own."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    declared = {
        re.split(r"[^\w.-]", line)[0].lower()
        for line in [*project["dependencies"], *(requires("fastapi") or [])]
        if "extra ==" not in line
    }
    shipped = [m for m in MODULES if "frontend" not in m.parts]
    imported = {top for module in shipped for top in imports(module)}
    brings = packages_distributions()
    foreign = imported - set(LAYERS) - sys.stdlib_module_names
    missing = {top for top in foreign if not {d.lower() for d in brings.get(top, [])} & declared}
    assert missing == set()


def test_tests_are_flat() -> None:
    """No folder of the tests is a package that could stand in for one of ours."""
    assert list((REPOSITORY / "tests").rglob("__init__.py")) == []
