"""Pictures that agents sent on Telegram, for customers on the web.

They stay on Telegram's servers. The address that a customer gets is signed, so that it opens this
one picture and no other, and whoever asks never sees the bot's token.
"""

import hashlib
import hmac
from typing import Final

LONGEST_BYTES: Final = 10 * 1024 * 1024
"""Telegram's own limit for photos."""
SECONDS: Final = 15


def media_signature(file_id: str, key: str) -> str:
    """Return what proves that the assistant gave out the address of a file: 128 bits."""
    return hmac.new(key.encode(), f"media:{file_id}".encode(), hashlib.sha256).hexdigest()[:32]


def media_address(file_id: str, key: str) -> str:
    """Return the address under which a customer on the web sees an agent's picture."""
    return f"/api/v1/media/telegram/{file_id}/{media_signature(file_id, key)}"


class TelegramMedia:
    """Fetches pictures by signed addresses."""

    def __init__(self, token: str, api: str, key: str) -> None:
        self._token = token
        self._api = api
        self._key = key

    async def picture(self, file_id: str, signature: str) -> bytes | None:
        """Return a picture; ``None`` for a wrong signature and for what Telegram has not."""
        expected = media_signature(file_id, self._key)
        if not hmac.compare_digest(signature.encode(), expected.encode()):
            return None
        from aiogram import Bot  # noqa: PLC0415 - takes seconds, and few need it
        from aiogram.client.session.aiohttp import AiohttpSession  # noqa: PLC0415
        from aiogram.client.telegram import TelegramAPIServer  # noqa: PLC0415
        from aiogram.exceptions import AiogramError  # noqa: PLC0415

        session = AiohttpSession(api=TelegramAPIServer.from_base(self._api), timeout=SECONDS)
        async with Bot(self._token, session=session).context() as bot:
            try:
                file = await bot.get_file(file_id)
                if file.file_path is None or (file.file_size or 0) > LONGEST_BYTES:
                    return None
                found = await bot.download_file(file.file_path, timeout=SECONDS)
            except AiogramError:
                return None
        return None if found is None else found.read()
