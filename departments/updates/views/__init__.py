"""My updates, the page behind an update link, the reminder's button."""
