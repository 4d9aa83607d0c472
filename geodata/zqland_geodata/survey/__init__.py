"""The boundary TXT of land surveys (勘测定界界址点坐标交换文件)."""

from zqland_geodata.survey.reading import read_survey_txt

__all__ = ["read_survey_txt"]
