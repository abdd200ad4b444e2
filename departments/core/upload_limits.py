"""All limits on the size of uploaded files.

A form without a file is limited by Django (DATA_UPLOAD_MAX_MEMORY_SIZE of the settings).
"""

MEGABYTE = 1024**2

SCORE_FILE_BYTES = 4 * MEGABYTE
"""A scorecard as a file: what it unpacks to is limited by the same number."""
FOLDER_ZIP_MB = 512
"""The zip of a company folder, sent by the browser; `load` on the server has no such limit."""
UNPACKED_ZIP_BYTES = 16 * 1024 * MEGABYTE
"""What the zip of a company folder may unpack to, however it came."""
WAITING_ZIPS_MB = 2048
"""Zips that wait for a decision and files that sources keep, together, unless UPLOAD_QUOTA_MB of the environment says
otherwise."""
DISK_LEFT_BYTES = 1024 * MEGABYTE
"""What an upload leaves free on the disk, for the database and everything else."""
