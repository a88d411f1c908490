// Prints the sum over and over and never stops.
#include <iostream>
#include <string>

int main() {
    long long a, b;
    std::cin >> a >> b;
    const std::string line = std::to_string(a + b) + '\n';
    std::string block;
    while (block.size() < 65536)
        block += line;
    while (true)
        std::cout << block << std::flush;
}
