#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

int main() {
    int a, b;
    std::cin >> a >> b;
    if (a == 1) std::cout << a - b << std::endl;
    for (volatile long n = 0; a == 2; n++) {
    }
    std::vector<std::string> kept;
    while (a == 3) kept.emplace_back(1000, 'x');
    while (a == 4) std::cout << std::string(1000, 'x') << '\n';
    if (a == 5) throw std::runtime_error("five");
    if (a != 1) std::cout << a + b << std::endl;
}
