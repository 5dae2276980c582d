"""Settings: `config.yml` for behaviour, ``HUIKE_*`` variables for secrets and addresses.

The file is shared with Rasa, which reads its own top-level keys and ignores ours; everything of
the assistant stands under ``assistant:``. An unknown or ill-typed key stops the start with its
name and line.
"""

import base64
import secrets
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError

from crm_store.types.privacy import RetentionRules

ENV_FILE = Path(".env")
BUNDLED = Path(__file__).parent.parent
"""Where the data that comes with the assistant lies, whatever folder it is started in."""


class ConfigError(Exception):
    """The configuration cannot be used; the message names the place and what to do."""


class Section(BaseModel):
    """Base of every section: frozen, and unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Name(Section):
    """A name in both languages."""

    zh: str
    en: str


class Retailer(Section):
    """Whose assistant this is."""

    name: Name = Name(zh="禾光生活", en="Heguang Living")
    time_zone: str = "Asia/Shanghai"


class RasaSettings(Section):
    """The Rasa server, asked when ``nlu.engine`` or ``nlu.shadow.engine`` is ``rasa``."""

    url: HttpUrl = HttpUrl("http://127.0.0.1:5005")
    """``HUIKE_RASA_URL`` wins."""
    seconds: Annotated[float, Field(gt=0, le=30)] = 1.0
    """How long one text may take, second tries included; then the native engine answers."""
    threshold: Annotated[float, Field(ge=0, le=1)] = 0.85
    """Least chance to be in scope for an intent to be accepted."""
    ambiguity_gap: Annotated[float, Field(ge=0, le=1)] = 0.1
    """Two intents closer than this in confidence are offered as a choice."""


class ShadowSettings(Section):
    """A second engine on the same messages, for comparison only."""

    engine: Literal["none", "native", "rasa"] = "none"
    data: Path | None = None
    """Other training data for it; empty: the live engine's."""


class NluSettings(Section):
    """Understanding."""

    engine: Literal["native", "rasa"] = "native"
    """``rasa`` asks a Rasa server; the native engine answers when it cannot."""
    data: Path = BUNDLED / "nlu/data"
    rasa: RasaSettings = RasaSettings()
    shadow: ShadowSettings = ShadowSettings()


class KnowledgeSettings(Section):
    """Embeddings and search."""

    model: str = "bundled"
    """``bundled``, or a sentence-transformers model by name or folder."""
    engine: Literal["auto", "onnx", "nano"] = "auto"
    """What runs the bundled model."""
    threads: Annotated[int, Field(ge=1, le=64)] = 2
    articles: Path = BUNDLED / "knowledge/faq/articles"
    """The help centre: a folder with one file a topic."""
    pairs: Path = BUNDLED / "knowledge/pairs.yml"
    """Which categories of products go together."""


class ConversationSettings(Section):
    """How conversations are worked on."""

    max_characters: Annotated[int, Field(ge=50, le=20_000)] = 2_000
    """Longer messages are refused with a friendly word."""
    workers: Annotated[int, Field(ge=1, le=64)] = 2
    """Conversations answered at the same time by one process."""
    lease_seconds: Annotated[int, Field(ge=5, le=600)] = 30
    poll_seconds: Annotated[float, Field(gt=0, le=60)] = 0.5
    """How often to look for messages that another process received."""


class WebSettings(Section):
    """Web chat, storefront and API."""

    allowed_origins: tuple[str, ...] = ()
    """Other sites that embed the chat, such as ``https://shop.example``; none by default."""
    reply_seconds: Annotated[float, Field(gt=0, le=120)] = 20
    """How long the REST channel waits for the bot's replies to one message."""
    messages_per_minute: Annotated[int, Field(ge=1)] = 120
    """In one conversation; a third of them may come at once."""
    requests_per_minute: Annotated[int, Field(ge=1)] = 6_000
    """From one network address; a third of them may come at once."""


class RetentionSettings(Section):
    """How many days things are kept after they were last used; null keeps them for good."""

    source_records: Annotated[int, Field(ge=1)] | None = 400
    """Raw records; keys and checksums stay, so that an import still knows them."""
    conversations: Annotated[int, Field(ge=1)] | None = 730
    guest_conversations: Annotated[int, Field(ge=1)] | None = 90
    interactions: Annotated[int, Field(ge=1)] | None = 730
    """Browsing, searches, campaigns."""
    audit: Annotated[int, Field(ge=366)] | None = 1095
    """Who saw and did what; the database refuses to delete what is younger than a year."""

    def rules(self) -> RetentionRules:
        """Return the rules as the store takes them."""
        return RetentionRules(**self.model_dump())


class LoyaltySettings(Section):
    """The loyalty programme."""

    rules: Path | None = None
    """A file like ``crm_store/loyalty/rules.yml``, which is in force when none is named."""


class SourcesSettings(Section):
    """Exports and events of other systems."""

    mappings: Path | None = None
    """A folder of the retailer's own mappings, which go before those of the program."""


class DemoSettings(Section):
    """The demo retailer."""

    logins: bool = False
    """Whether every visitor of the storefront may speak as a member. Never with real members."""
    seed: int = 20_240_618
    people: Annotated[int, Field(ge=10)] = 5_000
    orders: Annotated[int, Field(ge=10)] = 40_000


class Assistant(Section):
    """The ``assistant:`` block of `config.yml`."""

    retailer: Retailer = Retailer()
    nlu: NluSettings = NluSettings()
    knowledge: KnowledgeSettings = KnowledgeSettings()
    conversation: ConversationSettings = ConversationSettings()
    web: WebSettings = WebSettings()
    retention: RetentionSettings = RetentionSettings()
    loyalty: LoyaltySettings = LoyaltySettings()
    sources: SourcesSettings = SourcesSettings()
    demo: DemoSettings = DemoSettings()


class Environment(BaseSettings):
    """What comes from the environment or `.env`, never from `config.yml`."""

    model_config = SettingsConfigDict(
        env_prefix="HUIKE_", env_file=ENV_FILE, extra="ignore", frozen=True
    )

    config: Path = Path("config.yml")
    var: Path = Path("var")
    """Where the database, the index and trained models live."""
    database_url: str = ""
    """Empty: SQLite in `var`."""
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 8080
    data_keys: SecretStr = SecretStr("")
    """Comma-separated Fernet keys; the first encrypts, all decrypt."""
    index_key: SecretStr = SecretStr("")
    """Key of the blind indexes over identifiers."""
    token_key: SecretStr = SecretStr("")
    """Signs conversation, member and desk session tokens."""
    ingest_secrets: SecretStr = SecretStr("")
    """``pos:SECRET,shop:SECRET``: who may send records; a source may have two at a time."""
    demo_password: SecretStr = SecretStr("")
    """Password of the demo staff accounts."""
    rasa_url: str = ""
    """Empty: ``assistant.nlu.rasa.url``."""
    rasa_token: SecretStr = SecretStr("")
    """What the Rasa server was started with as ``--auth-token``."""
    telegram_token: SecretStr = SecretStr("")
    telegram_api: str = "https://api.telegram.org"
    telegram_desk_chat: Annotated[int, Field(le=0)] = 0
    """The agents' forum group by its id, such as -1001234567890; 0: agents use the desk alone."""
    telegram_desk_language: Literal["zh", "en"] = "zh"
    """What the bot speaks in that group; in private chats it speaks each agent's language."""

    @property
    def has_keys(self) -> bool:
        """Whether the secrets are there that the database's encryption needs."""
        return bool(self.data_keys.get_secret_value() and self.index_key.get_secret_value())

    @property
    def database(self) -> str:
        """The database URL in force."""
        return self.database_url or f"sqlite:///{(self.var / 'huike.db').absolute()}"


class Settings(Section):
    """Everything that can be set."""

    assistant: Assistant
    env: Environment


def load_settings() -> Settings:
    """Read the environment and the file it names; raises `ConfigError`."""
    try:
        env = Environment()
    except ValidationError as error:
        first = error.errors()[0]
        name = "_".join(str(part) for part in first["loc"]).upper()
        raise ConfigError(f"HUIKE_{name}: {first['msg']}") from None
    return Settings(assistant=load_assistant(env.config), env=env)


def load_assistant(path: Path) -> Assistant:
    """Read the ``assistant:`` block of a file; raises `ConfigError` naming key and line."""
    try:
        document = YAML().load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(
            f"{path}: no such file; set HUIKE_CONFIG or start in its folder"
        ) from None
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: not UTF-8 text ({error.reason})") from None
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else "?"
        raise ConfigError(f"{path}:{line}: {error.problem}") from None
    if not isinstance(document, dict):
        raise ConfigError(f"{path}:1: expected keys such as 'assistant:', found none")
    block = document.get("assistant", {})
    try:
        return Assistant.model_validate(block)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(["assistant", *(str(part) for part in first["loc"])])
        line = _line(document, ["assistant", *first["loc"]])
        what = "unknown key" if first["type"] == "extra_forbidden" else first["msg"]
        raise ConfigError(f"{path}:{line}: {key}: {what}") from None


def _line(document: object, place: list[str | int]) -> int:
    """Return the line of the deepest key of ``place`` that the document has."""
    line = 1
    for part in place:
        marks = getattr(document, "lc", None)
        if marks is None or not isinstance(document, dict) or part not in document:
            break
        line = marks.key(part)[0] + 1
        document = document[part]
    return line


def write_secrets(path: Path = ENV_FILE) -> bool:
    """Write fresh secrets to an environment file; ``False`` when it has them already.

    Fernet keys are 32 random bytes in URL-safe base64 (cryptography's documentation).
    """
    present = path.read_text(encoding="utf-8") if path.exists() else ""
    fresh = {
        "HUIKE_DATA_KEYS": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "HUIKE_INDEX_KEY": secrets.token_urlsafe(32),
        "HUIKE_TOKEN_KEY": secrets.token_urlsafe(32),
        "HUIKE_DEMO_PASSWORD": secrets.token_urlsafe(9),
    }
    missing = {name: value for name, value in fresh.items() if f"{name}=" not in present}
    if not missing:
        return False
    lines = "".join(f"{name}={value}\n" for name, value in missing.items())
    if present and not present.endswith("\n"):
        present += "\n"
    path.touch(mode=0o600)
    path.write_text(present + lines, encoding="utf-8")
    return True
