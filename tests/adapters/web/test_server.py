import asyncio
import socket

import aiohttp
import pytest
from aiohttp import web
from prometheus_client import CollectorRegistry, Counter

from bot.adapters.web.health import health_routes
from bot.adapters.web.server import serve
from bot.core.errors import StartError, StoreError


async def well() -> dict[str, object]:
    return {"version": "1.0"}


async def ask(url: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        return response.status, await response.text()


async def health(check) -> tuple[int, str]:
    server = await serve("127.0.0.1", 0, health_routes(check, CollectorRegistry(), patience=0.1))
    try:
        return await ask(f"{server.url}/healthz")
    finally:
        await server.close()


async def test_a_port_that_is_taken_is_one_sentence():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        with pytest.raises(StartError, match=f"Port {port} on 127.0.0.1 is taken") as refused:
            await serve("127.0.0.1", port, [])

    assert "PORT" in str(refused.value)


@pytest.mark.parametrize("host", ["203.0.113.9", "no.such.host.invalid"])
async def test_an_address_of_another_machine_is_one_sentence(host: str):
    with pytest.raises(StartError, match=f"HOST {host} is not an address of this machine"):
        await serve(host, 0, [])


async def test_a_closed_server_gives_its_port_back():
    server = await serve("127.0.0.1", 0, [])
    await server.close()

    again = await serve("127.0.0.1", server.port, [])

    assert again.port == server.port
    await again.close()


@pytest.mark.parametrize(
    "head", [b"GET / HTTP/1.1", b"GET / HTTP/1.1\r\nHost: a\r\nCookie: secret=" + b"s" * 9_000]
)
async def test_what_is_no_request_is_refused_and_fills_no_log(
    head: bytes, caplog: pytest.LogCaptureFixture
):
    server = await serve("127.0.0.1", 0, [])
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(head + b"\r\n\r\n")

    answer = await reader.readline()

    assert b" 400 " in answer
    assert caplog.text == ""
    writer.close()
    await server.close()


async def test_closing_lets_a_request_under_way_end():
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow(_request: web.Request) -> web.Response:
        begun.set()
        await go_on.wait()
        return web.Response(text="done")

    server = await serve("127.0.0.1", 0, [web.get("/", slow)])
    asked = asyncio.create_task(ask(server.url))
    await begun.wait()
    closing = asyncio.create_task(server.close())
    await asyncio.sleep(0)
    go_on.set()

    assert await asked == (200, "done")
    await closing


async def test_closing_does_not_wait_for_ever():
    async def stuck(_request: web.Request) -> web.Response:
        await asyncio.Event().wait()
        return web.Response()

    server = await serve("127.0.0.1", 0, [web.get("/", stuck)], grace=0.1)
    asked = asyncio.create_task(ask(server.url))
    await asyncio.sleep(0.05)

    await asyncio.wait_for(server.close(), 5)

    with pytest.raises(aiohttp.ClientError):
        await asked


async def test_a_url_can_be_opened_whatever_it_listens_on():
    server = await serve("0.0.0.0", 0, [])

    assert server.url == f"http://127.0.0.1:{server.port}"
    await server.close()


async def test_health_is_ok_with_facts():
    status, text = await health(well)

    assert status == 200
    assert text == '{"status": "ok", "version": "1.0"}'


async def test_health_says_why_the_database_fails():
    async def check() -> dict[str, object]:
        raise StoreError("The database is full.")

    status, text = await health(check)

    assert status == 503
    assert '"reason": "The database is full."' in text


async def test_health_does_not_hang_with_the_check():
    async def check() -> dict[str, object]:
        await asyncio.Event().wait()
        return {}

    status, text = await health(check)

    assert status == 503
    assert "no answer within 0.1 s" in text


async def test_health_tells_a_bug_without_its_words(caplog: pytest.LogCaptureFixture):
    async def check() -> dict[str, object]:
        raise RuntimeError("postgresql://user:secret@host")

    status, text = await health(check)

    assert status == 503
    assert "RuntimeError, see the log" in text
    assert "secret" not in text
    assert "The health check broke" in caplog.text


async def test_metrics_are_told_as_prometheus_reads_them():
    registry = CollectorRegistry()
    Counter("bells", "Bells rung", registry=registry).inc(3)
    server = await serve("127.0.0.1", 0, health_routes(well, registry))

    status, text = await ask(f"{server.url}/metrics")

    await server.close()
    assert status == 200
    assert "bells_total 3.0" in text
