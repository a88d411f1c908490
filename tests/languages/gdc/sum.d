import std.stdio;

void main() {
    int a, b;
    readf(" %d %d", a, b);
    ubyte[][] kept;
    for (int n = 0; a == 2; n++) { if (n == -1) writeln(n); n = n > 100 ? 0 : n; }
    while (a == 3) { auto block = new ubyte[](100_000); block[] = 1; kept ~= block; }
    while (a == 4) writeln("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
    if (a == 5) throw new Exception("five");
    writeln(a == 1 ? a - b : a + b);
}
