"""A web process with nobody at work behind it, and everybody in front of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from storage.local_stack import LocalStack, Processes
from storage.parts import Parts
from tests.access.cast import Cast
from tests.access.matrix import Matrix
from tests.access.targets import Targets
from tests.factories import Factory
from tests.servers import ROOT
from tests.world import Servers, World


@contextmanager
def web_alone(stack: LocalStack, parts: Parts, folder: Path) -> Iterator[World]:
    """A world in which nothing but the web process runs."""
    processes = Processes(ROOT / "Procfile", stack.environment, stack.logs)
    servers, factory = Servers(stack, processes), Factory(parts)
    world = World(stack.public_url, folder, servers=servers, factory=factory)
    try:
        processes.start(["web"])
        processes.wait_ready()
        yield world
    finally:
        world.close()
        processes.stop()


@contextmanager
def everybody_at_the_door(stack: LocalStack, parts: Parts, folder: Path) -> Iterator[Matrix]:
    """The matrix, ready to be tried."""
    with web_alone(stack, parts, folder) as world:
        cast = Cast(world)
        yield Matrix(cast, Targets(cast))
