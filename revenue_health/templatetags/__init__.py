"""Tags of the page every app is shown in."""
