#!/usr/bin/perl
# Crashes: treats an invalid sequence as an error and dies (exit code 255).
use strict;
use warnings;

my $text = <STDIN>;
my %closing = ('(' => ')', '[' => ']', '{' => '}');
my @expected;
while ($text =~ /([()\[\]{}])/g) {
    if (exists $closing{$1}) {
        push @expected, $closing{$1};
    } elsif (!@expected || pop(@expected) ne $1) {
        die "unexpected $1";
    }
}
print @expected ? "no\n" : "yes\n";
