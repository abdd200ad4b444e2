"""The rules of discussion, pure: what a pulse may show, whether a commitment worked."""
