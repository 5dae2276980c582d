"""The command line as a person at a terminal meets it, in processes of its own."""

import json
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
LOADED_BY_HELP = """
import sys
from bot.cli import huike
try:
    huike(["--help"])
except SystemExit:
    heavy = {"sqlalchemy", "fastapi", "nicegui", "numpy", "aiogram", "torch"}
    print(heavy & set(sys.modules), file=sys.stderr)
"""


@dataclass(frozen=True)
class Terminal:
    """A folder with a configuration, and commands run in it."""

    folder: Path

    def run(self, *words: str, said: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", "from bot.cli import main; main()", *words],
            cwd=self.folder,
            env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "PYTHONWARNINGS": "error"},
            input=said,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )

    def refused(self, *words: str) -> str:
        """Run a command that must fail with one clear line; returns it."""
        done = self.run(*words)
        assert done.returncode == 2, done.stderr
        assert "Traceback" not in done.stderr
        return done.stderr.strip().splitlines()[-1]


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    text = (ROOT / "config.yml").read_text(encoding="utf-8")
    data = f"data: {ROOT / 'nlu' / 'data'}"
    (tmp_path / "config.yml").write_text(text.replace("data: nlu/data", data), encoding="utf-8")
    return Terminal(tmp_path)


@pytest.fixture
def migrated(terminal: Terminal) -> Terminal:
    assert terminal.run("init").returncode == 0
    assert terminal.run("db", "upgrade").returncode == 0
    return terminal


def test_help_names_every_command_and_loads_none_of_them(terminal: Terminal) -> None:
    shown = terminal.run("--help").stdout
    assert all(name in shown for name in ("serve", "chat", "import", "nlu", "catalog", "staff"))
    loaded = subprocess.run(
        [
            sys.executable,
            "-c",
            LOADED_BY_HELP,
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert loaded.stderr.strip() == "set()"


@pytest.mark.parametrize("command", ["serve", "chat", "import", "db", "demo", "members", "catalog"])
def test_every_command_explains_itself(terminal: Terminal, command: str) -> None:
    assert "Usage:" in terminal.run(command, "--help").stdout


def test_an_unknown_command_is_refused(terminal: Terminal) -> None:
    assert "No such command" in terminal.refused("dance")


@pytest.mark.parametrize(
    "call", [("import", "loyalty", "missing.csv"), ("members", "unmerge", "x"), ("members", "show")]
)
def test_a_wrong_call_is_one_line_that_names_its_help(
    terminal: Terminal, call: tuple[str, ...]
) -> None:
    assert "--help" in terminal.refused(*call)


def test_without_secrets_the_way_out_is_named(terminal: Terminal) -> None:
    assert "run: huike init" in terminal.refused("members", "show", "1")


def test_a_database_behind_the_program_is_refused(terminal: Terminal) -> None:
    terminal.run("init")
    assert "huike db upgrade" in terminal.refused("members", "show", "1")


def test_a_broken_configuration_names_key_and_line(terminal: Terminal) -> None:
    (terminal.folder / "config.yml").write_text("assistant:\n  retialer: {}\n")
    assert "config.yml:2: assistant.retialer: unknown key" in terminal.refused("db", "upgrade")


def test_a_taken_port_is_said_at_once(migrated: Terminal) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        assert "HUIKE_PORT" in migrated.refused("serve", "--port", port)


def test_broken_training_data_names_file_and_line(migrated: Terminal) -> None:
    broken = migrated.folder / "broken.yml"
    broken.write_text("version: '3.1'\nnlu:\n  - intent: greet\n    exmaples: |\n      - hi\n")
    line = migrated.refused("nlu", "evaluate", "--train", str(broken), "--test", "-")
    assert "broken.yml:" in line


def test_an_import_tells_what_it_did_and_may_be_repeated(migrated: Terminal) -> None:
    file = migrated.folder / "loyalty.csv"
    file.write_text(
        "card_no,name,phone,tier,joined_on\n"
        "VIP00000001,林晓,13800138000,gold,2026-01-01\n"
        "VIP00000002,周敏,12,gold,2026-01-01\n"
    )
    first = json.loads(migrated.run("import", "loyalty", str(file), "--json").stdout)
    assert (first["read"], first["accepted"], first["quarantined"]) == (2, 1, 1), first
    assert first["reasons"][0]["line"] == 3
    again = json.loads(migrated.run("import", "loyalty", str(file), "--json").stdout)
    assert (again["accepted"], again["unchanged"], again["quarantined"]) == (0, 1, 1)
    shown = migrated.run("members", "show", "13800138000").stdout
    assert "林晓" in shown
    assert "138****8000" in shown
    assert "13800138000" not in shown


def test_an_unknown_source_is_named(migrated: Terminal) -> None:
    (migrated.folder / "x.csv").write_text("a\n1\n")
    assert "no source fax" in migrated.refused("import", "fax", "x.csv")


def test_an_unknown_member_is_said(migrated: Terminal) -> None:
    assert "no member has the id, phone or card 42" in migrated.refused("members", "show", "42")


def test_a_staff_account_is_made_once(migrated: Terminal) -> None:
    words = (
        "staff",
        "add",
        "Lin Xiao",
        "--role",
        "clerk",
        "--store",
        "SH01",
        "--password",
        "long-1",
    )
    assert "login lin-xiao" in migrated.run(*words).stdout
    migrated.refused(*words)


def test_a_speaker_has_one_of_three_forms(migrated: Terminal) -> None:
    assert "expected guest, customer:ID or clerk:ID" in migrated.refused("chat", "--as", "boss:1")
