"""For whoever runs the service: is it alive, is it ready, what has it done."""

import logging

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST

from bot.api.parts import Api, ApiDep, Check
from crm_store.types.actors import SYSTEM

log = logging.getLogger(__name__)

router = APIRouter(tags=["operation"])


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    """Alive: the process answers."""
    return {"status": "ok"}


@router.get("/readyz", responses={503: {"description": "Not ready; names what is missing"}})
async def readyz(api: ApiDep) -> JSONResponse:
    """Ready: the store is reachable, its schema is current and the engine is loaded."""

    async def store() -> None:
        async with api.store.reading(SYSTEM) as uow:
            await uow.catalog.version()

    async def engine() -> None:
        if not api.parts.nlu.intents:
            raise RuntimeError("the engine knows no intent")

    checks = {"store": store, "engine": engine, **api.parts.readiness}
    results = {name: await _passes(name, check) for name, check in checks.items()}
    ready = all(results.values())
    states = {name: "ok" if passed else "failed" for name, passed in results.items()}
    content = {"status": "ok" if ready else "not ready", "checks": states}
    return JSONResponse(content, 200 if ready else 503)


async def _passes(name: str, check: Check) -> bool:
    try:
        await check()
    except Exception:
        log.exception("readiness check %s failed", name)
        return False
    return True


@router.get("/metrics", response_class=Response)
async def metrics(api: ApiDep) -> Response:
    """Counters and gauges in Prometheus's text format."""
    await _look_at_store(api)
    return Response(api.parts.metrics.text(), media_type=CONTENT_TYPE_LATEST)


async def _look_at_store(api: Api) -> None:
    async with api.store.reading(SYSTEM) as uow:
        waiting = await uow.handoffs.open(states=("waiting",))
    api.parts.metrics.handoffs_waiting.set(len(waiting))
