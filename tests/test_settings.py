"""Settings: what is given, else the environment, else the default."""

import os
from dataclasses import FrozenInstanceError, fields

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from api.__main__ import app
from api.settings import PREFIX, Settings, read_settings
from graph.errors import SamenhangError


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away what the machine of the test has set."""
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)


def test_defaults() -> None:
    """Without anything given, the service holds the shipped files and listens to this machine."""
    read = read_settings()
    assert read == Settings()
    assert (read.store, read.host, read.port) == ("memory:", "127.0.0.1", 8000)


@pytest.mark.parametrize("name", [f.name for f in fields(Settings)])
def test_environment(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Every setting is read from the environment as a value of its own type."""
    monkeypatch.setenv(PREFIX + name.upper(), "1234")
    kind = type(getattr(Settings(), name))
    assert read_settings() == Settings(**{name: kind("1234")})


def test_given_value_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is given wins over the environment, and None counts as not given."""
    monkeypatch.setenv("SAMENHANG_PORT", "1234")
    assert read_settings(port=9).port == 9
    assert read_settings(port=None).port == 1234


def test_other_variables_do_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable without the prefix is not a setting."""
    monkeypatch.setenv("PORT", "1234")
    assert read_settings().port == 8000


@given(value=st.text(st.characters(codec="ascii", categories=["L", "P", "S"]), min_size=1))
def test_bad_value(value: str) -> None:
    """A value of the wrong type is an error that names the variable and the value."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SAMENHANG_PORT", value)
        with pytest.raises(SamenhangError) as caught:
            read_settings()
    assert "SAMENHANG_PORT" in str(caught.value)
    assert value in str(caught.value)


def test_bad_value_stops_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command that meets a bad setting says so in a line and exits with 2."""
    monkeypatch.setenv("SAMENHANG_PORT", "eighty")
    result = CliRunner().invoke(app, ["serve"])
    assert result.exit_code == 2
    assert "SAMENHANG_PORT" in result.stderr
    assert "Traceback" not in result.output


def test_every_setting_has_help() -> None:
    """Every setting says what it is for, in a sentence."""
    helps = [f.metadata["help"] for f in fields(Settings)]
    assert all(text.endswith(".") for text in helps)
    assert len(set(helps)) == len(helps)


def test_settings_do_not_change() -> None:
    """Settings that were read stay as they are."""
    with pytest.raises(FrozenInstanceError):
        Settings().port = 1  # type: ignore[misc]
