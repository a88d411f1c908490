#!/usr/bin/perl
use strict;
use warnings;

my $text = <STDIN>;
my %closing = ('(' => ')', '[' => ']', '{' => '}');
my @expected;
my $valid = 1;
while ($text =~ /([()\[\]{}])/g) {
    if (exists $closing{$1}) {
        push @expected, $closing{$1};
    } elsif (!@expected || pop(@expected) ne $1) {
        $valid = 0;
        last;
    }
}
print $valid && !@expected ? "yes\n" : "no\n";
