"""Everything behind `judge up`: embedded servers, programs and the loop that keeps them running."""
