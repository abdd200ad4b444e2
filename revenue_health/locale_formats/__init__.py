"""How Django itself prints numbers and days, by language: where no filter of ours writes them."""
