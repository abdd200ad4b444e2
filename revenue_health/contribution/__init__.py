"""Who contributes to and who contaminates revenue, and how sure we are."""
