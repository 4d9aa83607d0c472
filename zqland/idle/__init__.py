"""Idle land (闲置土地): supplied ground where works have not begun, or have stopped."""

from __future__ import annotations

from zqland.idle.land import IdleLand, idle_land
from zqland.idle.rules import STATE_TEXTS, IdleRules, IdleState
from zqland.idle.status import idle_status

__all__ = [
    "STATE_TEXTS",
    "IdleLand",
    "IdleRules",
    "IdleState",
    "idle_land",
    "idle_status",
]
