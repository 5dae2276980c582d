"""Settings: a wrong key stops the start with its name and line; secrets come from outside."""

from pathlib import Path

import pytest

from bot.settings import ConfigError, load_assistant, load_settings, write_secrets


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return tmp_path / "config.yml"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "assistant:\n  retailer:\n    nmae: x\n",
            "config.yml:3: assistant.retailer.nmae: unknown",
        ),
        (
            "assistant:\n  conversation:\n    workers: many\n",
            "config.yml:3: assistant.conversation",
        ),
        ("assistant:\n  conversation:\n    workers: 0\n", "greater than or equal to 1"),
        ("recipe: default.v1\nassistant:\n\tnlu: {}\n", "config.yml:3:"),
        ("assistant: {}\nassistant: {}\n", "config.yml:2:"),
        ("- a\n- b\n", "config.yml:1: expected keys"),
        ("", "config.yml:1: expected keys"),
    ],
    ids=["unknown key", "wrong type", "out of range", "tab", "key twice", "a list", "empty"],
)
def test_a_broken_file_is_named_with_key_and_line(config: Path, text: str, message: str) -> None:
    config.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"config\.yml") as refused:
        load_assistant(config)
    assert message in str(refused.value)


def test_a_missing_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="set HUIKE_CONFIG"):
        load_assistant(tmp_path / "none.yml")


def test_bytes_that_are_no_text_are_refused(config: Path) -> None:
    config.write_bytes(b"assistant: \xff\xfe")
    with pytest.raises(ConfigError, match="UTF-8"):
        load_assistant(config)


def test_the_keys_of_rasa_are_left_alone(config: Path) -> None:
    config.write_text("recipe: default.v1\npipeline: [{name: X}]\nassistant: {}\n")
    assert load_assistant(config).conversation.workers == 2


def test_our_own_file_is_valid() -> None:
    load_assistant(Path(__file__).parents[2] / "config.yml")


def test_environment_wins_and_is_checked(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config.write_text("assistant: {}\n")
    monkeypatch.setenv("HUIKE_CONFIG", str(config))
    monkeypatch.setenv("HUIKE_PORT", "9001")
    assert load_settings().env.port == 9001
    monkeypatch.setenv("HUIKE_PORT", "a lot")
    with pytest.raises(ConfigError, match="HUIKE_PORT"):
        load_settings()


def test_secrets_are_not_printed(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config.write_text("assistant: {}\n")
    monkeypatch.setenv("HUIKE_CONFIG", str(config))
    monkeypatch.setenv("HUIKE_TOKEN_KEY", "very-secret")
    assert "very-secret" not in repr(load_settings())


def test_secrets_are_written_once_and_kept(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("HUIKE_PORT=8081")
    assert write_secrets(file)
    first = file.read_text()
    assert first.startswith("HUIKE_PORT=8081\nHUIKE_DATA_KEYS=")
    assert not write_secrets(file)
    assert file.read_text() == first


def test_only_the_owner_reads_the_secrets(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    write_secrets(file)
    assert file.stat().st_mode & 0o077 == 0
