"""The workbook of a year from the service, and the way to it."""

from __future__ import annotations

import io
import re
from html import unescape
from typing import TYPE_CHECKING

import openpyxl
import pytest

if TYPE_CHECKING:
    from fastapi.testclient import TestClient

    from zqland_api.desk import Desk

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PARK = "/books/2023.xlsx?scope=park:DZ&lang=en"


def test_the_page_of_acreage_leads_to_the_workbook(client: TestClient) -> None:
    page = client.get("/desk/acreage?lang=zh&unit=ha").text
    (place,) = re.findall(r'href="(/books/[^"]+)" download>([^<]+)<', page)
    answer = client.get(unescape(place[0]))
    book = openpyxl.load_workbook(io.BytesIO(answer.content), read_only=True)

    assert place[1] == "下载 2023 年度台账工作簿（.xlsx）"
    assert answer.headers["content-type"] == XLSX
    assert answer.headers["content-language"] == "zh"
    assert "收支平衡" in book.sheetnames


def test_a_year_to_come_has_no_workbook(client: TestClient) -> None:
    assert "/books/" not in client.get("/desk/acreage?year=2024&on=2023-09-05").text


def test_a_basis_without_books_is_not_asked_for(client: TestClient) -> None:
    page = client.get("/desk/acreage?basis=geodesic").text
    (place,) = re.findall(r"/books/[^\"]+", page)

    assert "basis" not in place


def test_the_workbook_is_saved_under_a_name(client: TestClient) -> None:
    answer = client.get(PARK)

    assert answer.headers["content-disposition"].endswith("yearbook_2023.xlsx")


def test_a_reader_who_has_the_workbook_is_not_sent_it_again(
    client: TestClient, demo_desk: Desk
) -> None:
    tag = client.get(PARK).headers["etag"]

    assert client.get(PARK, headers={"If-None-Match": tag}).status_code == 304
    assert demo_desk.pages


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/books/2024.xlsx?on=2023-09-05", 422),
        ("/books/2023.xlsx?basis=geodesic", 422),
        ("/books/2023.xlsx?scope=park:NONE", 404),
        ("/books/1.xlsx", 422),
        ("/books/next.xlsx", 422),
        ("/books/2023.xlsx?pages=1", 422),
    ],
)
def test_what_has_no_books_is_a_problem(
    client: TestClient, path: str, status: int
) -> None:
    answer = client.get(path)

    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("application/problem+json")
