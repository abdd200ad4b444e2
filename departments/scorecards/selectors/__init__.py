"""What pages, mails and the review read of scorecards."""
