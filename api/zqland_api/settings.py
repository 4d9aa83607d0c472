"""What the ways in can be told, one class per concern, with their defaults.

Each field can come from the environment (``ZQLAND_PARCELS``, ``ZQLAND_LANGUAGE`` …).
Nothing is read when this module is imported: `Settings.from_environment` reads, and
tests build their settings by hand.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from zqland.text import Language
from zqland.units import Unit
from zqland_geodata.options import Limits

LOOPBACK = ("127.0.0.1", "localhost", "::1")
"""Host names that only this machine can reach."""

FIRST_DAY = dt.date(1949, 10, 1)
"""The earliest as-of date that is answered."""

LAST_DAY = dt.date(2199, 12, 31)
"""The latest as-of date that is answered."""


class SourceSettings(BaseSettings):
    """Where the records come from: a store, files, or else the demonstration city."""

    model_config = SettingsConfigDict(env_prefix="ZQLAND_", frozen=True)

    store: SecretStr | None = None
    """Address of the store; it may hold a password, so it is not shown."""
    parcels: Path | None = None
    """File of the parcels, of any kind that is read."""
    ledger: Path | None = None
    """Sheet of what is known of the parcels besides their shapes: xlsx, xls or csv."""
    evidence: Path | None = None
    """Sheet of the evidence: xlsx or csv, long or wide."""
    evidence_as_of: dt.date | None = None
    """Day on which the yes and no of the evidence were true; else the field map's."""
    projects: Path | None = None
    """Sheet of the projects and their needs: xlsx or csv."""
    status: Path | None = None
    """Sheet of the status events; without it every parcel is taken as in reserve."""
    indicators: Path | None = None
    """Sheet of the parks' control indicators; without it no promise is judged."""
    targets: Path | None = None
    """Sheet of the yearly targets."""
    constraints: Path | None = None
    """TOML file of the constraint layers; without it no ground is taken away."""
    parks: Path | None = None
    """File of the parks' boundaries; without it parks are points."""
    shifts: Path | None = None
    """TOML file of parameter sets from Xi'an 80 and Beijing 54 to CGCS2000."""
    source_crs: int | None = Field(default=None, ge=1024)
    """EPSG code for a file of parcels that states none; a field map goes first."""
    layer: str = ""
    """Layer of a file of parcels that has several; a field map goes first."""
    fieldmap: Path | None = None
    """TOML file that says which column is what."""
    catalogues: Path | None = None
    """Folder of rule files that replace the packaged ones of the same name."""
    on: dt.date | None = Field(default=None, ge=FIRST_DAY, le=LAST_DAY)
    """The as-of date; without it today, or the demonstration city's day."""

    @property
    def store_address(self) -> str:
        """The address of the store; empty where none is named."""
        return "" if self.store is None else self.store.get_secret_value().strip()


class LimitSettings(BaseSettings):
    """How much is read of a file at most (``ZQLAND_LIMIT_POINTS`` …)."""

    model_config = SettingsConfigDict(env_prefix="ZQLAND_LIMIT_", frozen=True)

    file_bytes: int = Field(default=Limits().file_bytes, gt=0)
    """Size of a file."""
    unpacked_bytes: int = Field(default=Limits().unpacked_bytes, gt=0)
    """What an archive unpacks to."""
    ratio: int = Field(default=Limits().ratio, gt=0)
    """How many times an archive may grow."""
    entries: int = Field(default=Limits().entries, gt=0)
    """Files in an archive."""
    points: int = Field(default=Limits().points, gt=0)
    """Vertices in a file."""
    records: int = Field(default=Limits().records, gt=0)
    """Records in a file."""
    cells: int = Field(default=Limits().cells, gt=0)
    """Rows times columns of a sheet."""
    depth: int = Field(default=Limits().depth, gt=0)
    """How deep elements of XML may be nested."""

    def limits(self) -> Limits:
        """Return the limits as the readers take them."""
        return Limits(**self.model_dump())


class DisplaySettings(BaseSettings):
    """How things are shown."""

    model_config = SettingsConfigDict(env_prefix="ZQLAND_", frozen=True)

    language: Language = Language.ZH
    """Language of pages, maps and tables where the reader does not choose one."""
    unit: Unit = Unit.MU
    """Unit of areas where the reader does not choose one."""
    basemap: str = "none"
    """Map behind the parcels: ``none``, ``tianditu``, ``osm`` or ``amap``."""
    basemap_key: SecretStr | None = None
    """Key of the basemap, where it needs one."""


class ServerSettings(BaseSettings):
    """Where the service listens and whom it answers."""

    model_config = SettingsConfigDict(env_prefix="ZQLAND_", frozen=True)

    host: str = "127.0.0.1"
    """Address to listen on."""
    port: int = Field(default=8023, ge=1, le=65535)
    """Port to listen on."""
    upload_bytes: int = Field(default=50_000_000, gt=0)
    """Largest file that is taken for a check, in bytes."""
    allowed_hosts: tuple[str, ...] = ()
    """Host names that requests may ask for; any, where the address is not loopback."""

    def answered_hosts(self) -> tuple[str, ...]:
        """Return the host names that are answered; none given means any.

        On a loopback address only loopback names are answered, so that a foreign
        page cannot reach the service by pointing its own name at 127.0.0.1.
        """
        if self.allowed_hosts:
            return self.allowed_hosts
        return LOOPBACK if self.host in LOOPBACK else ()


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of a way in.

    Attributes
    ----------
    sources
        Where the records come from.
    display
        How things are shown.
    server
        Where the service listens.
    limits
        How much is read of a file at most.
    """

    sources: SourceSettings = field(default_factory=SourceSettings.model_construct)
    display: DisplaySettings = field(default_factory=DisplaySettings.model_construct)
    server: ServerSettings = field(default_factory=ServerSettings.model_construct)
    limits: LimitSettings = field(default_factory=LimitSettings.model_construct)

    @classmethod
    def from_environment(cls) -> Settings:
        """Read every setting from the environment variables ``ZQLAND_…``."""
        return cls(
            SourceSettings(), DisplaySettings(), ServerSettings(), LimitSettings()
        )
