// Slow: tries all sequences of steps and solves the same pairs of ends again and again, O(3^n).
#include <algorithm>
#include <iostream>
#include <string>

static std::string a, b;

static int distance(std::size_t i, std::size_t j) {
    if (i == a.size() || j == b.size())
        return static_cast<int>(a.size() - i + b.size() - j);
    if (a[i] == b[j])
        return distance(i + 1, j + 1);
    return 1 + std::min({distance(i + 1, j + 1), distance(i + 1, j), distance(i, j + 1)});
}

int main() {
    std::cin >> a >> b;
    std::cout << distance(0, 0) << '\n';
}
