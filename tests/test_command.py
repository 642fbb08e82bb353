"""The command line: its help, its check, its exit codes, and what it is as a process."""

import json
import os
import re
import socket
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from commands import COUNT, DONE, FAULTY, PILLARS, WRONG, process, run
from graph.errors import Finding
from graph.links import LEVELS
from graph.store import open_store
from ontology import ROOT

COMMANDS = ["serve", "load", "backup", "restore", "check", "ask", "query", "export"]
COMMANDS += ["convert", "convert-matrix", "duplicates", "qualify"]


def test_without_arguments_help_is_given() -> None:
    """The bare command lists what can be done."""
    result = run()
    assert all(command in result.stdout + result.stderr for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str) -> None:
    """Every command has a page of help."""
    result = run(command, "--help")
    assert result.exit_code == DONE
    assert "Usage:" in result.stdout


@pytest.mark.parametrize("arguments", [["nonsense"], ["query"], ["check", "--nonsense"]])
def test_wrong_use_is_told(arguments: list[str]) -> None:
    """An unknown command or option, or a missing argument, ends with code 2."""
    assert run(*arguments).exit_code == WRONG


def test_check_counts_links(letter: Path) -> None:
    """A faultless folder gives a table of links by source and level, and ends with code 0."""
    result = run("check", letter)
    assert result.exit_code == DONE
    table, _, kinds = result.stdout.partition("\nKinds of link\n")
    lines = {line.split()[0]: line.split()[1:] for line in table.splitlines() if line}
    assert lines["source"] == [*LEVELS, "links", "read", "loaded"]
    quoted, total = lines["kamerbrief-gbvs-2018"]
    assert quoted == total
    assert lines["all"][-1] == str(int(total) + int(lines["derived"][-1]))
    assert " kamerbrief-gbvs-2018: coupledTo 17, hasGoal 13" in kinds
    assert result.stdout.endswith("\n0 failures\n")


@pytest.mark.usefixtures("checked")
def test_check_accounts_for_every_fact() -> None:
    """The check says of each source how many facts were read, loaded and left out, and why."""
    table, _, rest = run("check").stdout.partition("\nKinds of link\n")
    left: Counter[str] = Counter()
    for name, number in re.findall(r"^ (\S+): (\d+), ", rest, re.MULTILINE):
        left[name] += int(number)
    facts = re.findall(r"^ (\S+) .* (\d+) +(\d+) *$", table, re.MULTILINE)
    read = {name: (int(read), int(loaded)) for name, read, loaded in facts}
    assert len(read) > 70
    for name in left:
        assert read[name][0] == read[name][1] + left[name], name


def test_check_lists_faults(broken: Path, faults: list[Finding]) -> None:
    """Each fault is a line of its own with file and line, and the command ends with code 1."""
    result = run("check", broken)
    assert result.exit_code == FAULTY
    lines = result.stdout.splitlines()
    told = [str(fault) for fault in faults]
    assert [line for line in lines if line in told] == told
    assert lines[-1] == f"{len(faults)} failures"


def test_check_of_bad_turtle(tmp_path: Path) -> None:
    """Bad Turtle names file and line, and ends with code 1."""
    path = tmp_path / "bad.ttl"
    path.write_text("<urn:a> <urn:b> 1 .\n<urn:a> .\n", encoding="utf-8")
    result = run("check", path)
    assert result.exit_code == FAULTY
    assert f"{path}:2: The syntax is wrong" in result.stdout
    assert result.stdout.endswith("\n1 failure\n")


def test_process_answers(kept: str) -> None:
    """As a process the answer goes to standard output, and nothing else does."""
    done = process("query", "-", "--store", kept, "--format", "json", stdin=PILLARS)
    assert done.returncode == DONE
    assert len(json.loads(done.stdout)["results"]["bindings"]) == 3
    assert done.stderr == ""


def test_process_fails_clearly(tmp_path: Path) -> None:
    """As a process a fault gives its exit code and a message, not a traceback."""
    (tmp_path / "bad.ttl").write_text("nonsense", encoding="utf-8")
    done = process("load", tmp_path / "bad.ttl", "--store", f"oxigraph:{tmp_path / 'store'}")
    assert done.returncode == FAULTY
    assert "bad.ttl:1: The syntax is wrong" in done.stderr
    assert "Traceback" not in done.stderr


def test_process_waits_for_nobody(tmp_path: Path) -> None:
    """A store that another process has open ends with code 2, and says so."""
    held = open_store(f"oxigraph:{tmp_path}", create=True)
    done = process("query", "-", "--store", f"oxigraph:{tmp_path}", stdin=COUNT)
    assert done.returncode == WRONG
    assert "another samenhang" in done.stderr
    assert held.graphs() == []


def test_reader_that_stops_early_is_no_error(kept: str) -> None:
    """When the reader of the output stops early, the command ends without a complaint."""
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-m", "api", "export", "--store", kept]
    with subprocess.Popen(
        command, stdout=write, stderr=subprocess.PIPE, cwd=ROOT.parent
    ) as exporting:
        os.close(write)
        _, complaint = exporting.communicate()
    assert complaint == b""
    assert exporting.returncode == DONE


def test_serve_on_a_taken_port() -> None:
    """A port that is taken is named before anything is said to be served."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        result = run("serve", "--port", str(holder.getsockname()[1]))
    assert result.exit_code == WRONG
    assert "Cannot listen on 127.0.0.1:" in result.stderr
    assert "Samenhang is at" not in result.stderr
