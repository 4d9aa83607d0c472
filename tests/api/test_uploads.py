"""Files that are sent to be checked: read, judged, marked, and forgotten."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from fastapi.testclient import TestClient

from zqland_api.app import create_app
from zqland_api.settings import ServerSettings, Settings
from zqland_api.uploads import LONGEST_ENDING, LONGEST_NAME, safe_name
from zqland_geodata.demo.inputs import write_inputs

if TYPE_CHECKING:
    from httpx2 import Response

    from zqland_api.desk import Desk

SOUND = """\
[属性描述]
格式版本号=1.01版本
数据产生单位=
数据产生日期=2023-10-10
坐标系=2000国家大地坐标系
几度分带=3
投影类型=高斯克吕格
计量单位=米
带号=38
精度=0.001
转换参数=0,0,0,0,0,0,0
[地块坐标]
5,1.0000,A-1,一号,面,,,,@
J1,1,2563400.000,38357200.000
J2,1,2563400.000,38357300.000
J3,1,2563300.000,38357300.000
J4,1,2563300.000,38357200.000
J1,1,2563400.000,38357200.000
"""
"""A square of one hectare."""

PROJECTS = "项目编号,项目名称,用地需求（亩）\nP-1,一号,120\nP-2,=1+1,不详\n"


def send(client: TestClient, name: str, content: str | bytes, **query: Any) -> Response:  # noqa: ANN401 - query values of any kind
    body = content.encode() if isinstance(content, str) else content
    return client.post("/checks", files={"file": (name, body)}, params=query)


def rules_of(response: Response) -> set[str]:
    assert response.status_code == 200, response.text
    return {finding["rule"] for finding in response.json()["findings"]}


@pytest.fixture(scope="session")
def parcels_file(demo_desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("inputs")
    return write_inputs(demo_desk.records.reserve, folder)["parcels"]


def test_a_survey_is_checked(client: TestClient) -> None:
    answer = send(client, "survey.txt", SOUND).json()
    assert (answer["file"], answer["kind"], answer["records"]) == (
        "survey.txt",
        "parcels",
        1,
    )
    assert answer["errors"] == 0


def test_a_wrong_area_is_found(client: TestClient) -> None:
    assert "declared.differs" in rules_of(
        send(client, "survey.txt", SOUND.replace("1.0000", "1.5000"))
    )


def test_findings_come_in_the_readers_language(client: TestClient) -> None:
    wrong = SOUND.replace("1.0000", "1.5000")
    response = send(client, "survey.txt", wrong, lang="zh")
    found = {entry["rule"]: entry["message"] for entry in response.json()["findings"]}
    assert "载明" in found["declared.differs"]


def test_the_worst_findings_come_first(client: TestClient, parcels_file: Path) -> None:
    response = send(client, "parcels.gpkg", parcels_file.read_bytes())
    order = ["error", "warning", "info"]
    ranks = [order.index(entry["severity"]) for entry in response.json()["findings"]]
    assert ranks == sorted(ranks)


def test_a_list_of_projects_is_checked(client: TestClient) -> None:
    response = send(client, "projects.csv", PROJECTS, kind="projects")
    places = {entry["place"] for entry in response.json()["findings"]}
    assert response.json()["records"] == 2
    assert "line 3 column C" in places


@pytest.mark.utf8_names
def test_a_marked_copy_can_be_asked_for(client: TestClient) -> None:
    response = send(client, "项目.csv", PROJECTS, kind="projects", form="xlsx")
    assert response.status_code == 200
    assert "%E9%A1%B9%E7%9B%AE_checked.xlsx" in response.headers["content-disposition"]
    book = openpyxl.load_workbook(io.BytesIO(response.content))
    assert len(book.sheetnames) == 2


def test_a_file_that_cannot_be_read_is_a_problem_with_its_reason(
    client: TestClient,
) -> None:
    response = send(client, "lots.gpkg", b"no database at all")
    assert response.status_code == 422
    assert response.json()["type"] == "/problems/bad-file"
    assert "lots.gpkg" in response.json()["detail"]


def test_no_file_is_a_problem(client: TestClient) -> None:
    assert client.post("/checks").status_code == 422


def test_a_file_beyond_the_limit_is_refused(demo_desk: Desk) -> None:
    settings = Settings(server=ServerSettings(upload_bytes=100_000))
    with TestClient(
        create_app(settings, desk=demo_desk), base_url="http://127.0.0.1"
    ) as small:
        response = send(small, "survey.txt", SOUND + " " * 200_000)
    assert response.status_code == 413


def test_a_page_of_another_site_cannot_send_files(client: TestClient) -> None:
    response = client.post(
        "/checks",
        files={"file": ("survey.txt", SOUND.encode())},
        headers={"Sec-Fetch-Site": "cross-site"},
    )
    assert response.status_code == 421


def test_nothing_of_a_file_is_left(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert send(client, "survey.txt", SOUND).status_code == 200
    assert send(client, "lots.gpkg", b"nothing").status_code == 422
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "given",
    [
        "../../a.txt",
        "/etc/passwd",
        "C:\\x\\a.txt",
        "",
        ".",
        "..",
        "a\x00b.txt",
        "x" * 999,
    ],
)
def test_a_sent_name_is_only_a_name(given: str) -> None:
    name = safe_name(given)
    assert Path(name).name == name
    assert name not in {"", ".", ".."}
    assert len(name) <= LONGEST_NAME + LONGEST_ENDING


def test_the_page_shows_what_was_found(client: TestClient) -> None:
    wrong = SOUND.replace("1.0000", "1.5000").encode()
    response = client.post("/desk/check", files={"file": ("survey.txt", wrong)})
    assert response.status_code == 200
    assert "declared.differs" in response.text
    assert response.headers["cache-control"] == "no-store"


def test_the_page_escapes_what_the_file_says(client: TestClient) -> None:
    hostile = SOUND.replace("A-1", "<script>alert(1)</script>").replace("1.0000", "9")
    response = client.post(
        "/desk/check", files={"file": ("survey.txt", hostile.encode())}
    )
    assert "<script>alert(1)" not in response.text
    assert "&lt;script&gt;alert(1)" in response.text


def test_the_page_says_beside_the_form_why_a_file_cannot_be_read(
    client: TestClient,
) -> None:
    response = client.post(
        "/desk/check?lang=zh",
        files={"file": ("yes.csv", "地块编号,通水\nA-1,是\n".encode())},
        data={"kind": "evidence", "source_crs": "", "as_of": ""},
        headers={"Accept": "text/html"},
    )
    assert response.status_code == 422
    assert "无法读取" in response.text
    assert '<option value="evidence" selected>' in response.text


def test_the_page_takes_the_day_on_which_a_yes_was_true(client: TestClient) -> None:
    response = client.post(
        "/desk/check?lang=zh",
        files={"file": ("yes.csv", "地块编号,通水\nA-1,是\n".encode())},
        data={"kind": "evidence", "as_of": "2023-09-05"},
    )
    assert response.status_code == 200
    assert 'name="as_of" value="2023-09-05"' in response.text


def test_the_page_gives_the_marked_copy(client: TestClient) -> None:
    response = client.post(
        "/desk/check",
        files={"file": ("projects.csv", PROJECTS.encode())},
        data={"kind": "projects", "form": "xlsx"},
    )
    assert response.content.startswith(b"PK")
