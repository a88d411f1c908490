// Computed while it is compiled, for as long as anyone lets it.
constexpr long turn(long n) {
    long sum = 0;
    for (long i = 0; i < 30000000; i++) sum += i ^ n;
    return sum;
}
constexpr long a = turn(1), b = turn(2), c = turn(3), d = turn(4), e = turn(5), f = turn(6);
constexpr long g = turn(7), h = turn(8), i = turn(9), j = turn(10), k = turn(11), l = turn(12);
int main() { return a + b + c + d + e + f + g + h + i + j + k + l; }
