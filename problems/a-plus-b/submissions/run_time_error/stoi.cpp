// Crashes: std::stoi throws std::out_of_range for balances that do not fit an int.
#include <iostream>
#include <string>

int main() {
    std::string a, b;
    std::cin >> a >> b;
    long long sum = std::stoi(a);
    sum += std::stoi(b);
    std::cout << sum << '\n';
}
