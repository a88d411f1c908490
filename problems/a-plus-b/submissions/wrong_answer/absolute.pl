#!/usr/bin/perl
# Wrong: adds the absolute values, as if no balance could be negative.
use strict;
use warnings;

my ($first, $second) = map { abs } split ' ', <STDIN>;
print $first + $second, "\n";
