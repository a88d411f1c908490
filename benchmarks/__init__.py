"""What parts of the judge cost beside the least that they could: ``make bench BENCH=…``."""
