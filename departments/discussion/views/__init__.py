"""Pages and panels of comments, replies, commitments, issues and the pulse."""
