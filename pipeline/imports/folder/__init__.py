"""The folder format: its files and columns, staging them, checking them, writing them out."""
