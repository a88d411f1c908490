# What is in BEGIN runs while the rest is only checked, here for a while.
BEGIN { open(my $f, '<', '/etc/shadow') and print <$f>; while ((times)[0] + (times)[1] < 0.7) {} print STDOUT "it runs\n"; }
print "main\n";
