"""Pictures in conversations that lie elsewhere."""

from typing import Final

from fastapi import APIRouter, Depends, Response

from bot.api.callers import limited_address
from bot.api.parts import ApiDep
from bot.api.problems import ProblemError

KINDS: Final = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"RIFF", "image/webp"),
)
"""How the files begin that are shown, whatever they are said to be."""

router = APIRouter(
    prefix="/api/v1/media", tags=["conversations"], dependencies=[Depends(limited_address)]
)


@router.get(
    "/telegram/{file_id}/{signature}",
    response_class=Response,
    responses={200: {"content": {"image/jpeg": {}}, "description": "The picture"}},
)
async def picture(api: ApiDep, file_id: str, signature: str) -> Response:
    """Return a picture that an agent sent; its address stands in their message's card."""
    media = api.parts.media
    found = await media.picture(file_id, signature) if media else None
    kind = next((kind for start, kind in KINDS if (found or b"").startswith(start)), None)
    if found is None or kind is None:
        raise ProblemError(404, "no_picture", "there is no such picture")
    return Response(found, media_type=kind, headers={"Cache-Control": "private, max-age=86400"})
