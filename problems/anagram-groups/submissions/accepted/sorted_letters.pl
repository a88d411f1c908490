#!/usr/bin/perl
use strict;
use warnings;

my $n = <STDIN>;
my %groups;
my $largest = 0;
while (my $word = <STDIN>) {
    chomp $word;
    my $size = ++$groups{join '', sort split //, lc $word};
    $largest = $size if $size > $largest;
}
print scalar(keys %groups), " $largest\n";
