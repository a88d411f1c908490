my ($a, $b) = get.words>>.Int;
my @kept;
while $a == 2 { }
while $a == 3 { @kept.push: [1 .. 1000] }
while $a == 4 { say 'x' x 1000 }
die 'five' if $a == 5;
say $a == 1 ?? $a - $b !! $a + $b;
