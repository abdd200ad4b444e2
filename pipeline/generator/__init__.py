"""The seeded generator of a company folder: an invented company whose true story is known.

Pure: numpy and Arrow in, CSV files out; no Django, no database, no clock. Same arguments, same bytes.
"""

from pipeline.generator.files.folder import FolderNotEmpty, Generated, generate_folder
from pipeline.generator.story import Story

__all__ = ["FolderNotEmpty", "Generated", "Story", "generate_folder"]
