<?php
[$a, $b] = explode(' ', fgets(STDIN));
$kept = [];
while ($a == 2) { }
while ($a == 3) $kept[] = str_repeat(chr(count($kept) % 256), 1000);
while ($a == 4) echo str_repeat('x', 1000), "\n";
if ($a == 5) throw new Exception('five');
echo $a == 1 ? $a - $b : $a + $b, "\n";
