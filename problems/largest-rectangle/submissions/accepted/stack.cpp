// Keeps the positions of rising heights on a stack. When a lower warehouse comes, the rectangles
// of the higher ones end before it.
#include <algorithm>
#include <iostream>
#include <vector>

int main() {
    std::ios::sync_with_stdio(false);
    std::cin.tie(nullptr);

    int n;
    std::cin >> n;
    std::vector<int> heights(n + 1, 0);  // the empty lot at the end clears the stack
    for (int i = 0; i < n; ++i)
        std::cin >> heights[i];

    long long best = 0;
    std::vector<int> rising;
    for (int i = 0; i <= n; ++i) {
        while (!rising.empty() && heights[rising.back()] >= heights[i]) {
            const long long height = heights[rising.back()];
            rising.pop_back();
            const int left = rising.empty() ? 0 : rising.back() + 1;
            best = std::max(best, height * (i - left));
        }
        rising.push_back(i);
    }
    std::cout << best << '\n';
}
