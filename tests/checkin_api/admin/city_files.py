"""Files of a city, of any size, as an office would write them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from checkin_api.admin.acts import Kind
from checkin_api.admin.export_people import city_tables
from checkin_api.admin.people_writing import write_tables
from mobile_contract.messages import Language

Rows = dict[Kind, list[dict[str, Any]]]
A_FENCE = {"latitude": 29.563, "longitude": 106.551, "datum": "GCJ-02", "radius_m": 5000.0}


def city(people: int = 3, offices: int = 2, districts: int = 1, officers: int = 2) -> Rows:
    """A city with so many of each; every second person has a fence."""
    places = [{"code": f"{at:04}", "name": f"第{at}区"} for at in range(districts)]
    return {
        Kind.DISTRICT: places,
        Kind.OFFICE: [
            {"code": f"0{at:04}", "name": f"第{at}司法所", "district": f"{at % districts:04}"}
            for at in range(offices)
        ],
        Kind.OFFICER: [
            {"login": f"li{at}", "name": f"李{at}", "role": "officer"}
            | {"office": f"0{at % offices:04}"}
            for at in range(officers)
        ],
        Kind.PERSON: [
            {"number": f"{at:06}", "name": f"甲{at}", "office": f"0{at % offices:04}"}
            | {"starts": "2026-01-05", "plan": "daily"}
            | (A_FENCE if at % 2 else {})
            for at in range(people)
        ],
    }


def written(file: Path, rows: Mapping[Kind, Sequence[dict[str, Any]]]) -> Path:
    """The rows as a .csv or .xlsx, in Chinese."""
    file.unlink(missing_ok=True)
    write_tables(file, city_tables(file, rows, Language.ZH))
    return file
