// Odd numbers into one room, even ones into the other.
#include <iostream>

int main() {
    int n;
    std::cin >> n;
    for (int i = 0; i < n; ++i)
        std::cout << (i % 2 ? 'B' : 'A');
    std::cout << '\n';
}
