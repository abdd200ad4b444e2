"""What is written: score runs, their groups, forecasts kept for comparison."""
