"""What commands say of companies that never change, pinned."""
