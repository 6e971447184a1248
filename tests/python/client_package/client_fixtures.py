"""Fixtures of the package's tests, which import them by name."""

import asyncio

import pytest

import clip_serving
from scripted_server import ScriptedServer


@pytest.fixture(scope="session")
def clip(server):
    with clip_serving.Client(server.address, timeout=120) as client:
        yield client


@pytest.fixture
def scripted():
    with ScriptedServer() as running:
        yield running


@pytest.fixture
def run_async(server):
    """Runs function(AsyncClient, ...) in a loop of its own."""

    def run(function, *arguments, target=None, **options):

        async def with_client():
            async with clip_serving.AsyncClient(target or server.address,
                                                **{"timeout": 120, **options}
                                               ) as client:
                return await function(client, *arguments)

        return asyncio.run(with_client())

    return run
