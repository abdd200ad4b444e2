"""What people say about figures: comments, replies, mentions, commitments, issues, the pulse."""
