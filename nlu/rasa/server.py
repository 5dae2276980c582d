"""Rasa's own commands, run in Rasa's own environment: training a model, serving it."""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx

from nlu.errors import NluUnavailableError

_START_SECONDS: Final = 240
_STOP_SECONDS: Final = 20
_OK: Final = 200
_ENVIRONMENT: Final = {
    "RASA_TELEMETRY_ENABLED": "false",  # no word home
    "OMP_WAIT_POLICY": "passive",  # no threads that spin while there is nothing to do
    "TF_CPP_MIN_LOG_LEVEL": "2",
    "PYTHONWARNINGS": "ignore",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
}


@dataclass(frozen=True, slots=True)
class RasaInstallation:
    """Rasa beside a checkout of Huike, as `make rasa` sets it up."""

    project: Path
    """The folder with config.yml, rasa_components and .venv-rasa."""
    pipeline: Path | None = None
    """Another file than config.yml to take Rasa's pipeline from."""

    def check(self) -> None:
        """Raise `NluUnavailableError` unless everything is there."""
        for needed in (self._rasa, self._config, self.project / "rasa_components"):
            if not needed.exists():
                raise NluUnavailableError(
                    f"{needed} is missing; run `make rasa` once, in a checkout of Huike"
                )

    def train(self, data: Path, model: Path) -> None:
        """Train on Rasa files and write `model` (….tar.gz); what Rasa says goes beside it."""
        self.check()
        folder = model.parent.absolute()
        folder.mkdir(parents=True, exist_ok=True)
        name = model.name.removesuffix(".tar.gz")
        log = folder / f"{name}.log"
        with log.open("wb") as output:
            ended = subprocess.run(  # noqa: S603 - our own command
                [
                    *(self._rasa, "train", "nlu", "--config", self._config),
                    *("--nlu", data.absolute(), "--out", folder, "--fixed-model-name", name),
                ],
                cwd=folder,  # where Rasa keeps its cache
                env=self._environment(),
                stdout=output,
                stderr=output,
                check=False,
            )
        if ended.returncode != 0 or not model.exists():
            raise NluUnavailableError(f"Rasa could not be trained: {_last_line(log)}")

    @contextmanager
    def serve(self, model: Path, port: int, *, token: str = "") -> Iterator[str]:
        """Serve a model on the loopback interface; gives the address once it is answered."""
        self.check()
        arguments = ["--auth-token", token] if token else []
        with model.with_suffix(".serving.log").open("wb") as output:
            running = subprocess.Popen(  # noqa: S603 - our own command
                [
                    *(self._rasa, "run", "--enable-api", "--model", model.absolute()),
                    *("--interface", "127.0.0.1", "--port", str(port), *arguments),
                ],
                cwd=model.parent,
                env=self._environment(),
                stdout=output,
                stderr=output,
            )
            try:
                url = f"http://127.0.0.1:{port}"
                _wait(url, running, Path(output.name), token)
                yield url
            finally:
                _stop(running)

    @property
    def _rasa(self) -> Path:
        return self.project.absolute() / ".venv-rasa" / "bin" / "rasa"

    @property
    def _config(self) -> Path:
        return (self.pipeline or self.project / "config.yml").absolute()

    def _environment(self) -> dict[str, str]:
        return os.environ | _ENVIRONMENT | {"PYTHONPATH": str(self.project.absolute())}


def _wait(url: str, running: subprocess.Popen[bytes], log: Path, token: str) -> None:
    """Wait until the server has loaded its model: before that it answers with a conflict."""
    until = time.monotonic() + _START_SECONDS
    with httpx.Client(trust_env=False, params={"token": token}) as http:
        while time.monotonic() < until and running.poll() is None:
            try:
                if http.get(f"{url}/status").status_code == _OK:
                    return
            except httpx.TransportError:
                pass  # not listening yet
            time.sleep(0.25)
    raise NluUnavailableError(f"Rasa did not start: {_last_line(log)}")


def _last_line(log: Path) -> str:
    lines = log.read_text("utf-8", errors="replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "it says nothing")


def _stop(running: subprocess.Popen[bytes]) -> None:
    running.terminate()
    try:
        running.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        running.kill()
        running.wait()
