"""What can keep a file from being made."""


class ExportProblem(Exception):
    """A file cannot be made here; the message says what is missing and what to do."""
