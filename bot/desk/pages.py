"""The desk's plain pages (login, clerks' chat), rendered under a policy that bars all else."""

from dataclasses import dataclass
from pathlib import Path

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from bot.api.static import address
from bot.replies import Phrasebook

_templates = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    autoescape=select_autoescape(),
    undefined=StrictUndefined,
)


@dataclass(frozen=True, slots=True)
class Pages:
    """Renders pages in both languages."""

    phrasebook: Phrasebook

    def render(
        self, name: str, language: str, policy: str, status: int = 200, **values: object
    ) -> HTMLResponse:
        """Return a page; ``say`` in its template words ``desk.…``."""
        language = "en" if language == "en" else "zh"
        speaker = self.phrasebook.speaker(language)

        def say(key: str, **details: object) -> str:
            return speaker.words(f"desk.{key}", details)

        html = _templates.get_template(name).render(
            say=say, language=language, asset=address, **values
        )
        headers = {"Content-Security-Policy": policy, "Cache-Control": "no-store"}
        return HTMLResponse(html, status, headers)


def language_of(request: Request) -> str:
    """Return ``zh`` or ``en``: the one asked for, else what the browser prefers."""
    asked = request.query_params.get("lang")
    if asked in {"zh", "en"}:
        return asked
    preferred = request.headers.get("accept-language", "zh").lower()
    return "zh" if preferred.startswith(("zh", "*")) else "en"
