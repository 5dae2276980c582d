"""`huike members resolve|matches|merge|unmerge`."""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.cli import huike
from crm_store.errors import StoreError

PEOPLE = """\
card_no,name,phone,email,birthday,tier,joined_on
VIP00000001,林晓,13800138000,lin@example.com,1990-02-03,gold,2026-01-01
VIP00000002,周敏,13900139000,,1985-05-06,regular,2026-01-01
"""
FOLLOWERS = (
    '{"profile_id": "xhs_1", "platform": "xiaohongshu", "nickname": "晓晓", "name": null, '
    '"phone": "13800138000", "email": null, "language": "zh", "city": null, "tags": [], '
    '"followed_at": "2026-01-02T10:00:00+08:00", "last_active_at": "2026-01-02T10:00:00+08:00"}\n'
)


@dataclass(frozen=True)
class Shell:
    """Commands in this process, in a folder with a database of its own."""

    folder: Path

    def run(self, *words: str) -> str:
        """Run a command that must succeed; returns what it printed."""
        done = CliRunner().invoke(huike, words, catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.stdout

    def refused(self, *words: str) -> str:
        """Run a command that must be refused; returns why."""
        with pytest.raises(StoreError) as refusal:
            CliRunner().invoke(huike, words, catch_exceptions=False)
        return str(refusal.value)


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """Two card holders, and a follower who gave the phone of the first."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.yml").write_text("assistant: {}\n", encoding="utf-8")
    opened = Shell(tmp_path)
    opened.run("init")
    opened.run("db", "upgrade")
    for name, text in (("loyalty.csv", PEOPLE), ("social.jsonl", FOLLOWERS)):
        (tmp_path / name).write_text(text, encoding="utf-8")
        opened.run("import", name.split(".")[0], str(tmp_path / name))
    return opened


def test_a_claimed_phone_is_proposed_explained_and_decided(shell: Shell) -> None:
    review = shell.folder / "review.txt"
    report = json.loads(shell.run("members", "resolve", "--json", "--review", str(review)))
    assert (report["members"], report["merged"], report["proposed"]) == (3, [], 1)
    assert "phone: same" in review.read_text(encoding="utf-8")
    assert "138" not in review.read_text(encoding="utf-8")

    [proposal] = [
        json.loads(line) for line in shell.run("members", "matches", "--json").splitlines()
    ]
    assert [one["field"] for one in proposal["evidence"]] == ["phone"]
    told = shell.run("members", "matches", "--accept", str(proposal["id"]), "--keep", "1")
    assert "huike members unmerge 1" in told
    assert "Nothing to review" in shell.run("members", "matches")

    assert "undone" in shell.run("members", "unmerge", "1")
    again = json.loads(shell.run("members", "resolve", "--json"))
    assert (again["members"], again["to_merge"], again["to_review"]) == (3, 0, 0)


def test_what_cannot_be_is_refused_in_one_line(shell: Shell) -> None:
    assert "with itself" in shell.refused("members", "merge", "1", "1")
    assert "with itself" in shell.refused("members", "merge", "1", "13800138000")
    assert "no member 99" in shell.refused("members", "merge", "1", "99")
    assert "no merge 7" in shell.refused("members", "unmerge", "7")
    assert "no such folder" in shell.refused("members", "resolve", "--review", "nowhere/x.txt")
    assert "unmerge 1" in shell.run("members", "merge", "1", "2")
    assert "merged into member 1" in shell.refused("members", "merge", "3", "2")
