"""The books of a year: as tables, and as a workbook to print."""

from __future__ import annotations
