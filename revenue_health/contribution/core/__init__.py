"""Pure numbers of the contribution model: no Django, no clock, no environment."""
