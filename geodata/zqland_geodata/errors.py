"""What can go wrong in reading files.

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
