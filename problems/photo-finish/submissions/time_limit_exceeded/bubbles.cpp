// Sorts by exchanging neighbours and counts how often.
#include <iostream>
#include <utility>
#include <vector>

int main() {
    int n;
    std::cin >> n;
    std::vector<int> order(n);
    for (int& runner : order)
        std::cin >> runner;
    long long overtakings = 0;
    for (bool moved = true; moved;) {
        moved = false;
        for (int i = 1; i < n; ++i)
            if (order[i - 1] > order[i]) {
                std::swap(order[i - 1], order[i]);
                ++overtakings;
                moved = true;
            }
    }
    std::cout << overtakings << '\n';
}
