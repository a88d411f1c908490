my ($a, $b) = split ' ', <STDIN>;
my @kept;
while ($a == 2) { }
while ($a == 3) { push @kept, 'x' x 1000 }
while ($a == 4) { print 'x' x 1000, "\n" }
die 'five' if $a == 5;
print $a == 1 ? $a - $b : $a + $b, "\n";
