"""Every route answers everybody as the permission table says."""

import pytest

from checkin_api.routes import Route
from tests.access.matrix import Matrix, table


@pytest.mark.parametrize("route", table(), ids=lambda route: f"{route.method} {route.path}")
def test_a_route_answers_everybody_as_the_table_says(matrix: Matrix, route: Route) -> None:
    differing = [str(cell) for cell in matrix.cells(route) if cell.differs]
    assert differing == []
