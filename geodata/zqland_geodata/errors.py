"""What can go wrong in reading files and in the store.

::

    ReadError                (ZqlandError, ValueError)
    ├── FileUnreadableError  not there, not local, not of a known kind, broken, empty
    ├── MissingLayerError    a layer or sheet that the file does not have, or too many
    ├── MissingColumnError   a column that is needed and was not recognised
    ├── AmbiguousColumnError two columns for one place, or a figure without a unit
    ├── MissingDateError     a sheet of yes and no without its as-of date
    ├── FieldMapError        a field map with a fault, and its line
    ├── SurveyTextError      a survey TXT that is not canonical, and its line
    └── SourceCrsError       (CrsError) no system, a wrong one, or one that is refused
    StoreError               (ZqlandError)
    ├── StoreMissingError    (LookupError) no store there, or a file that is none
    ├── StoreExistsError     a store is there already
    ├── StoreTooNewError     made or upgraded by a newer zqland
    ├── StoreTooOldError     has to be upgraded first
    ├── StoreBusyError       somebody else is writing, longer than one waits
    ├── StoreLostError       the connection broke
    ├── StoreFullError       no room on the disk
    ├── StoreDamagedError    the file or the database is damaged
    ├── StoreAccessError     it may not be read or written
    ├── ChangedMeanwhileError a row was changed since it was read: by whom, when, why
    ├── KeyTakenError        (ValueError)  a key that a row has already
    └── RecordError          (ValueError)  an entry that the books cannot take
        └── HeldError        ground that is held: by whom, for what, until when

Each sentence says what was found, what is needed and what to do, in both languages.
A file that raises has not been read in part.
"""

from __future__ import annotations

from zqland.errors import CrsError, ZqlandError


class ReadError(ZqlandError, ValueError):
    """A file cannot be read as what it is given for."""


class FileUnreadableError(ReadError):
    """The file is not there, not local, not of a known kind, broken or empty."""


class MissingLayerError(ReadError):
    """The file has no such layer or sheet, or several and none was named."""


class MissingColumnError(ReadError):
    """A column that is needed was not recognised."""


class AmbiguousColumnError(ReadError):
    """Two columns fit one place, or a needed figure has no unit."""


class MissingDateError(ReadError):
    """A sheet that says yes and no needs the date on which it was true."""


class FieldMapError(ReadError):
    """A field map has a fault; the message names the line."""


class SurveyTextError(ReadError):
    """A survey TXT is not canonical; the message names the line."""


class SourceCrsError(ReadError, CrsError):
    """The file's reference system is missing, wrong or refused."""


class StoreError(ZqlandError):
    """The store cannot do what is asked; nothing has been written then."""


class StoreMissingError(StoreError, LookupError):
    """There is no store at the address, or a file that is no store."""


class StoreExistsError(StoreError):
    """A store is there already and shall not be made anew."""


class StoreTooNewError(StoreError):
    """The store was made or upgraded by a newer zqland."""


class StoreTooOldError(StoreError):
    """The store is of an older zqland and has to be upgraded first."""


class StoreBusyError(StoreError):
    """Somebody else is writing, for longer than one waits."""


class StoreLostError(StoreError):
    """The connection to the database broke."""


class StoreFullError(StoreError):
    """There is no room on the disk of the store."""


class StoreDamagedError(StoreError):
    """The file or the database is damaged, or no store at all."""


class StoreAccessError(StoreError):
    """The store may not be read or written by this user."""


class ChangedMeanwhileError(StoreError):
    """A row was changed since the caller read it; the message says by whom and why."""


class KeyTakenError(StoreError, ValueError):
    """A row with this key is in the store already."""


class RecordError(StoreError, ValueError):
    """An entry that the books cannot take as it is."""


class HeldError(RecordError):
    """The ground is held; the message says by whom, for which project, until when."""
