"""Template tags of the base page that all apps share."""
