"""Imports at the terminal: a source of one's own, what was set aside, and where a value is from."""

import json
from pathlib import Path

import pytest
from test_command_line import ROOT, Terminal

MAPPING = """
source: duty_free
loader: members
format: csv
key: [卡号]
fields:
  card: {from: 卡号, clean: card, required: true}
  name: {from: 姓名, clean: name, required: true}
  phone: {from: 手机, clean: phone}
  tier: {from: 等级, clean: tier, required: true}
  joined_on: {from: 入会, clean: date, required: true}
"""


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    """A terminal in a folder whose configuration names a folder of mappings."""
    text = (ROOT / "config.yml").read_text(encoding="utf-8")
    text = text.replace("data: nlu/data", f"data: {ROOT / 'nlu' / 'data'}")
    text = text.replace("mappings: null", "mappings: ours")
    (tmp_path / "config.yml").write_text(text, encoding="utf-8")
    (tmp_path / "ours").mkdir()
    (tmp_path / "ours" / "duty_free.yml").write_text(MAPPING, encoding="utf-8")
    terminal = Terminal(tmp_path)
    assert terminal.run("init").returncode == 0
    assert terminal.run("db", "upgrade").returncode == 0
    return terminal


def test_a_source_of_ones_own_is_imported_mended_and_traced(terminal: Terminal) -> None:
    file = terminal.folder / "会员.csv"
    rows = ("A1,陈静,139 0000 0001,金卡,2024年5月1日", "A2,王芳,,黑卡,2024-05-02")
    file.write_text("\n".join(["卡号,姓名,手机,等级,入会", *rows]), encoding="gb18030")

    first = json.loads(terminal.run("import", "duty_free", str(file), "--json").stdout)
    assert (first["read"], first["accepted"], first["quarantined"]) == (2, 1, 1)
    assert "会员.csv:3: tier (等级)" in terminal.run("quarantine", "list", "duty_free").stdout

    mended = MAPPING.replace("tier: {", "tier: {words: {黑卡: diamond}, ")
    (terminal.folder / "ours" / "duty_free.yml").write_text(mended, encoding="utf-8")
    retried = json.loads(terminal.run("quarantine", "retry", "duty_free", "--json").stdout)
    assert (retried["accepted"], retried["quarantined"]) == (1, 0)

    shown = terminal.run("records", "trace", "duty_free", "A1", "--purpose", "test").stdout
    assert '"139 0000 0001" → "+8613900000001"' in shown


def test_sources_are_listed_and_shown_with_what_is_wrong_with_them(terminal: Terminal) -> None:
    slip = MAPPING.replace("duty_free", "broken").replace("  phone:", "  mobile:")
    (terminal.folder / "ours" / "broken.yml").write_text(slip, encoding="utf-8")

    listed = dict(line.split(None, 1) for line in terminal.run("sources").stdout.splitlines())

    assert listed["duty_free"].split() == ["your", "own", "members", "csv", "key", "卡号"]
    assert "broken.yml: mobile: no such field" in listed["broken"]
    assert "loader: receipts" in terminal.run("sources", "show", "pos").stdout


def test_each_file_is_reported_even_when_the_next_one_is_refused(terminal: Terminal) -> None:
    good, bad = terminal.folder / "good.csv", terminal.folder / "bad.csv"
    good.write_text("卡号,姓名,等级,入会\nVIP000001,陈静,金卡,2024-05-01\n", encoding="utf-8")
    bad.write_text("姓名\n陈静\n", encoding="utf-8")

    done = terminal.run("import", "duty_free", str(good), str(bad))

    assert done.returncode == 2
    assert "duty_free: 1 read, 1 accepted" in done.stdout
    assert "bad.csv: no column 卡号" in done.stderr
    assert "陈静" in terminal.run("members", "show", "VIP000001").stdout, "by card, too"


def test_slips_in_looking_at_records_are_told(terminal: Terminal) -> None:
    assert "no source duty" in terminal.refused("quarantine", "list", "duty")
    assert "say why" in terminal.refused("records", "trace", "loyalty", "A1", "--purpose", " ")
