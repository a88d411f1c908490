// Wrong: the area is computed in 32 bits.
#include <algorithm>
#include <cstdint>
#include <iostream>
#include <vector>

int main() {
    std::ios::sync_with_stdio(false);
    std::cin.tie(nullptr);

    int n;
    std::cin >> n;
    std::vector<std::uint32_t> heights(n + 1, 0);
    for (int i = 0; i < n; ++i)
        std::cin >> heights[i];

    std::uint32_t best = 0;
    std::vector<int> rising;
    for (int i = 0; i <= n; ++i) {
        while (!rising.empty() && heights[rising.back()] >= heights[i]) {
            const std::uint32_t height = heights[rising.back()];
            rising.pop_back();
            const int left = rising.empty() ? 0 : rising.back() + 1;
            best = std::max(best, height * static_cast<std::uint32_t>(i - left));
        }
        rising.push_back(i);
    }
    std::cout << best << '\n';
}
