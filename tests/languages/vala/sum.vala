void main() {
    int a = 0, b = 0;
    stdin.scanf("%d %d", out a, out b);
    var kept = new List<string>();
    for (int n = 0; a == 2; n++) { if (n == -1) stdout.printf("%d", n); n = n > 100 ? 0 : n; }
    while (a == 3) kept.prepend(string.nfill(1000, 'x'));
    while (a == 4) stdout.printf("%s\n", string.nfill(1000, 'x'));
    if (a == 5) Process.exit(5);
    stdout.printf("%d\n", a == 1 ? a - b : a + b);
}
