"""The executive pages: weekly review, accountability, board."""
