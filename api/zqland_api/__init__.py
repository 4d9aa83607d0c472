"""The ways in: the web service and the command line."""
