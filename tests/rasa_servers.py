"""Real Rasa servers for tests: the model that `make rasa` trains, and others on the side."""

import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from nlu.entities import EntityExtractor
from nlu.rasa.client import RasaClient
from nlu.rasa.engine import RasaEngine
from nlu.rasa.server import RasaInstallation
from nlu.training import read_training_data

ROOT = Path(__file__).parent.parent
DATA = ROOT / "nlu" / "data"
MODEL = ROOT / "var" / "rasa" / "model.tar.gz"
TOKEN = "only-for-tests"

INSTALLATION = RasaInstallation(ROOT)


@dataclass
class RasaServer:
    """One server at one address, started and stopped as a test wants."""

    model: Path
    port: int
    data: Path
    """What the model is trained on."""
    _running: ExitStack = field(default_factory=ExitStack)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self._running.enter_context(INSTALLATION.serve(self.model, self.port, token=TOKEN))

    def stop(self) -> None:
        self._running.close()

    def load(self, model: Path) -> None:
        """Replace the model while the server runs."""
        answer = httpx.put(
            f"{self.url}/model",
            params={"token": TOKEN},
            json={"model_file": str(model)},
            timeout=120,
            trust_env=False,
        )
        answer.raise_for_status()

    @asynccontextmanager
    async def engine(self, *, seconds: float = 30) -> AsyncIterator[RasaEngine]:
        """The engine that asks this server."""
        data = read_training_data(self.data)
        async with RasaClient(self.url, token=TOKEN, seconds=seconds) as client:
            yield RasaEngine(client, data, EntityExtractor(data))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="session")
def rasa_server() -> Iterator[RasaServer]:
    """The model that `make rasa` trained on the project's own data, served."""
    server = RasaServer(MODEL, free_port(), DATA)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def two_intents(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Other training data: two of the intents alone."""
    folder = tmp_path_factory.mktemp("two-intents")
    for name in ("return_item", "store_info"):
        for language in ("zh", "en"):
            source = DATA / language / f"{name}.yml"
            (folder / f"{name}.{language}.yml").write_bytes(source.read_bytes())
    return folder


@pytest.fixture(scope="session")
def two_intents_models(
    two_intents: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Path]:
    """Models of the other data, trained twice over, the second time from nothing."""
    models = [tmp_path_factory.mktemp("rasa") / "model.tar.gz" for _ in range(2)]
    for model in models:
        INSTALLATION.train(two_intents, model)
    return models[0], models[1]
