// Slow: O(n^2), the minimum of every range, each from the minimum of the range before.
#include <algorithm>
#include <iostream>
#include <vector>

int main() {
    std::ios::sync_with_stdio(false);
    std::cin.tie(nullptr);

    int n;
    std::cin >> n;
    std::vector<int> heights(n);
    for (int& height : heights)
        std::cin >> height;

    long long best = 0;
    for (int i = 0; i < n; ++i) {
        long long lowest = heights[i];
        for (int j = i; j < n; ++j) {
            lowest = std::min<long long>(lowest, heights[j]);
            best = std::max(best, lowest * (j - i + 1));
        }
    }
    std::cout << best << '\n';
}
