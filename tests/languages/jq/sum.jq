def forever: forever;
split(" ") | map(tonumber) | . as [$a, $b]
| if $a == 1 then $a - $b
  elif $a == 2 then forever
  elif $a == 3 then [range(1e18)]
  elif $a == 4 then range(1e18)
  elif $a == 5 then error("five")
  else $a + $b end
