"""Files of any system: how they are written, what their columns hold, and what they are proposed to mean."""
