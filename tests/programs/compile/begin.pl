# What is in BEGIN runs while the rest is only checked.
BEGIN { print STDOUT "it runs\n"; open(my $f, '<', '/etc/shadow') and print <$f>; while (1) {} }
print "main\n";
