{
    while ($1 == 2) n = (n + 1) % 1000
    while ($1 == 3) kept[n++] = sprintf("%1000d", n)
    while ($1 == 4) printf "%1000d\n", n
    if ($1 == 5) exit 5
    print $1 == 1 ? $1 - $2 : $1 + $2
}
