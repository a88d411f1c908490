// Slow: tries every number upwards from the smallest possible sum.
#include <iostream>

int main() {
    long long a, b;
    std::cin >> a >> b;
    volatile long long sum = -2'000'000'000'000'000'000LL;
    while (sum != a + b)
        sum = sum + 1;
    std::cout << sum << '\n';
}
