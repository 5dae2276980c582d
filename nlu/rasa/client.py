"""Talking to a Rasa server: one address, a time limit, a second try, and no answer too long."""

import asyncio
from typing import Final, Self

import httpx

from nlu.errors import NluUnavailableError
from nlu.rasa.answer import RasaAnswer, RasaStatus, read_answer, read_status

_RETRY_AFTER_SECONDS: Final = (0.05, 0.2)
_LONGEST_ANSWER_BYTES: Final = 4 * 1024 * 1024
_OK: Final = 200


class RasaClient:
    """Asks the server at one address; redirects and proxies of the environment are not followed.

    Every method raises `NluUnavailableError` when there is no sound answer in time.
    """

    def __init__(self, url: str, *, token: str = "", seconds: float = 1.0) -> None:
        """`seconds` limits one question, second tries included; `token` is Rasa's auth token."""
        self.url = url.rstrip("/")
        self._seconds = seconds
        self._http = httpx.AsyncClient(
            base_url=self.url,
            params={"token": token} if token else None,
            headers={"Accept-Encoding": "identity"},  # a small body cannot unpack into a huge one
            timeout=seconds,
            trust_env=False,
            follow_redirects=False,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def parse(self, text: str, intents: frozenset[str]) -> RasaAnswer:
        """Understand `text` with a model that knows `intents` at most."""
        return read_answer(await self._asked("POST", "/model/parse", {"text": text}), text, intents)

    async def status(self) -> RasaStatus:
        """Which model is served."""
        return read_status(await self._asked("GET", "/status"))

    async def _asked(self, method: str, path: str, body: dict[str, str] | None = None) -> bytes:
        try:
            async with asyncio.timeout(self._seconds):
                return await self._persistent(method, path, body)
        except (TimeoutError, httpx.TimeoutException):
            raise NluUnavailableError(f"Rasa did not answer in {self._seconds:g} s") from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            # The class alone: a message may hold the address with the token.
            raise NluUnavailableError(f"Rasa cannot be reached: {type(error).__name__}") from None

    async def _persistent(self, method: str, path: str, body: dict[str, str] | None) -> bytes:
        """Ask again when the connection fails: a parse changes nothing and may be repeated."""
        for pause in _RETRY_AFTER_SECONDS:
            try:
                return await self._once(method, path, body)
            except (httpx.NetworkError, httpx.RemoteProtocolError):
                await asyncio.sleep(pause)
        return await self._once(method, path, body)

    async def _once(self, method: str, path: str, body: dict[str, str] | None) -> bytes:
        async with self._http.stream(method, path, json=body) as response:
            if response.status_code != _OK:
                raise NluUnavailableError(f"Rasa answers with status {response.status_code}")
            content = bytearray()
            async for chunk in response.aiter_bytes():
                content += chunk
                if len(content) > _LONGEST_ANSWER_BYTES:
                    raise NluUnavailableError("Rasa's answer is too long")
            return bytes(content)
