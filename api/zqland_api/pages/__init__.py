"""The desk's own pages: start, match form, acreage figures."""
