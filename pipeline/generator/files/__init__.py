"""The demo company's folder: its tables, its plan, its scorecards."""
