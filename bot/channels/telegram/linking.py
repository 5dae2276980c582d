"""Links that tie an agent's Telegram account to their staff account."""

from bot.settings import ConfigError

PREFIX = "desk-"
"""Tells these links from others that lead to the bot."""


def deep_link(username: str, token: str) -> str:
    """Return the address that opens the bot and hands it the token."""
    return f"https://t.me/{username}?start={PREFIX}{token}"


async def bot_username(token: str, api: str) -> str:
    """Ask Telegram what the bot is called; raises `ConfigError` when it does not say."""
    from aiogram import Bot  # noqa: PLC0415 - takes seconds
    from aiogram.client.session.aiohttp import AiohttpSession  # noqa: PLC0415
    from aiogram.client.telegram import TelegramAPIServer  # noqa: PLC0415
    from aiogram.exceptions import AiogramError  # noqa: PLC0415
    from aiogram.utils.token import TokenValidationError  # noqa: PLC0415

    session = AiohttpSession(api=TelegramAPIServer.from_base(api))
    try:
        async with Bot(token, session=session).context() as bot:
            return (await bot.get_me()).username or ""
    except (AiogramError, TokenValidationError) as trouble:
        await session.close()
        raise ConfigError(f"Telegram does not say what the bot is called: {trouble}") from None
