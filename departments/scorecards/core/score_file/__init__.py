"""A scorecard as a file, read: bytes to sheets of text, sheets to the filled cells of measurables and weeks.

No database and no Django: a workbook is parsed in a process of its own, which imports only this package.
"""
