lassign [gets stdin] a b
set kept {}
while {$a == 2} { }
while {$a == 3} { lappend kept [string repeat x 1000] }
while {$a == 4} { puts [string repeat x 1000] }
if {$a == 5} { error five }
puts [expr {$a == 1 ? $a - $b : $a + $b}]
