// Adds the warehouses from the highest to the lowest and keeps the lengths of the connected runs:
// when a warehouse is added, it is the lowest of its run.
#include <algorithm>
#include <iostream>
#include <numeric>
#include <vector>

int main() {
    std::ios::sync_with_stdio(false);
    std::cin.tie(nullptr);

    int n;
    std::cin >> n;
    std::vector<int> heights(n);
    for (int& height : heights)
        std::cin >> height;
    std::vector<int> order(n);
    std::iota(order.begin(), order.end(), 0);
    std::sort(order.begin(), order.end(), [&](int a, int b) { return heights[a] > heights[b]; });

    std::vector<int> run(n + 2, 0);  // the length of a run, at both of its ends
    long long best = 0;
    for (const int i : order) {
        const int left = run[i], right = run[i + 2];
        const int length = left + 1 + right;
        run[i + 1] = length;
        run[i + 1 - left] = length;
        run[i + 1 + right] = length;
        best = std::max(best, static_cast<long long>(heights[i]) * length);
    }
    std::cout << best << '\n';
}
