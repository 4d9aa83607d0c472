"""The planning core of an industrial land reserve: tables in, tables out."""
