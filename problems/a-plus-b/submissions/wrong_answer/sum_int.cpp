// Wrong: the sum is stored in 32 bits and wraps around.
#include <cstdint>
#include <iostream>

int main() {
    long long a, b;
    std::cin >> a >> b;
    std::int32_t sum = static_cast<std::int32_t>(a + b);
    std::cout << sum << '\n';
}
