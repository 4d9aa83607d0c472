"""The program ``zqland``: its commands, each imported when it is asked for."""

from __future__ import annotations

from typing import Annotated, ClassVar

import typer

from zqland_api.cli.later import Later, LaterGroup
from zqland_api.cli.streams import prepare_streams
from zqland_api.release import release

COMMANDS = {
    "check": (
        "files:check",
        "List what is wrong with files; nothing is changed in them. · 检查文件.",
    ),
    "convert": (
        "files:convert",
        "Write parcels in another form; losses are listed. · 格式转换.",
    ),
    "stages": (
        "desk_commands:stages",
        "Derive the readiness of parcels on a day. · 推定地块阶段.",
    ),
    "match": (
        "desk_commands:match_projects",
        "Find the ground that fits projects, and why. · 项目找地.",
    ),
    "map": (
        "desk_commands:draw_map",
        "Draw a web map as one file that needs no network. · 绘制地图.",
    ),
    "serve": (
        "desk_commands:serve",
        "Serve the desk: map, match form, acreage, data. · 启动服务.",
    ),
    "demo": (
        "desk_commands:demo",
        "Make the demonstration city with its maps, matches and workbook. · 演示.",
    ),
    "store": (
        "store_commands:store_app",
        "The store: make it, import files, look back, back up. · 台账库",
    ),
    "evidence": (
        "evidence_commands:app",
        "Evidence: add, correct and list entries. · 佐证",
    ),
    "status": (
        "status_commands:app",
        "Status events: list and correct them. · 状态记录",
    ),
    "split": (
        "shape_commands:split",
        "Split a parcel along lines or into the shapes of a file. · 分割地块.",
    ),
    "merge": (
        "shape_commands:merge",
        "Merge parcels that lie side by side. · 合并地块.",
    ),
    "boundary": (
        "shape_commands:boundary",
        "Correct the boundary of a parcel. · 更正界址.",
    ),
    "hold": (
        "hold_commands:hold",
        "Hold a parcel, or a part of it, for a project until a date. · 预留用地.",
    ),
    "prolong": (
        "hold_commands:prolong",
        "Prolong a hold. · 延长预留.",
    ),
    "release": (
        "hold_commands:release",
        "Release a hold before its last day. · 解除预留.",
    ),
    "holds": (
        "hold_commands:list_holds",
        "List the holds that are open. · 列出预留.",
    ),
    "reserve": (
        "clerk_commands:reserve",
        "Take a parcel into reserve, for the first time or again. · 入库.",
    ),
    "list": (
        "clerk_commands:list_parcel",
        "List a parcel for sale. · 挂牌.",
    ),
    "supply": (
        "clerk_commands:supply",
        "Supply a parcel, or what is held, with its contract. · 供地.",
    ),
    "return": (
        "clerk_commands:return_parcel",
        "Record that supplied ground came back. · 退回、收回.",
    ),
    "retire": (
        "clerk_commands:retire",
        "Take a parcel out of the reserve for good. · 注销、退出储备.",
    ),
    "target": (
        "paper_commands:target_app",
        "Targets of a year: set, drop and list them. · 年度目标",
    ),
    "document": (
        "paper_commands:document_app",
        "Documents: record and list them by their fingerprints. · 文件",
    ),
    "plan": (
        "plan_commands:plan",
        "Place all projects at once: the best plan, and its bound. · 项目落地方案.",
    ),
    "ledger": (
        "year_commands:ledger",
        "Show the books of a year: stock, movements, targets, forecast. · 年度台账.",
    ),
    "yearbook": (
        "year_commands:yearbook",
        "Write the books of a year as a workbook to check and print. · 年度台账工作簿.",
    ),
    "approvals": (
        "approvals_commands:approvals",
        "Show how far batches of approval are, and what blocks them. · 报批进度.",
    ),
    "quotas": (
        "approvals_commands:quotas",
        "Show what is left of the quotas, and what does not fit. · 规模与指标.",
    ),
    "idle": (
        "approvals_commands:idle",
        "Show supplied land that is idle or soon will be, and why. · 闲置土地.",
    ),
    "unsupplied": (
        "approvals_commands:unsupplied",
        "Show land approved but not supplied, by year of approval. · 批而未供.",
    ),
    "register": (
        "approvals_commands:register",
        "Register contracts, batches or quotas from a sheet. · 登记合同、批次和限额.",
    ),
}
"""The commands in the order of the help: where each stands, and what it does."""


class Program(LaterGroup):
    """All commands of zqland."""

    later: ClassVar = {
        name: Later(f"zqland_api.cli.{place}", text)
        for name, (place, text) in COMMANDS.items()
    }


app = typer.Typer(
    name="zqland",
    cls=Program,
    help="The desk of an industrial land reserve: parcels, their readiness, and the"
    " ground that fits each project. · 工业用地储备台",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def main() -> None:
    """Run the command line."""
    prepare_streams()
    app()


def _show_version(wanted: bool) -> None:  # noqa: FBT001 - typer's callback
    if wanted:
        typer.echo(f"zqland {release()}")
        raise typer.Exit


@app.callback()
def start(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            help="Show the version. · 版本",
            callback=_show_version,
            is_eager=True,
        ),
    ] = False,
) -> None:
    """Take the options before the command."""
