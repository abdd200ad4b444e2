"""What conversions of logs and of snapshots share: mappings, times, where a folder came from."""
