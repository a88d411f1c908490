// Crashes: looks one day too far; std::vector::at throws std::out_of_range.
#include <algorithm>
#include <iomanip>
#include <iostream>
#include <vector>

int main() {
    int n, k;
    std::cin >> n >> k;
    std::vector<long long> sums(n + 1);
    for (int i = 1; i <= n; ++i) {
        std::cin >> sums[i];
        sums[i] += sums[i - 1];
    }
    double best = -10'000;
    for (int i = 0; i <= n; ++i)
        best = std::max(best, static_cast<double>(sums.at(i + k) - sums[i]) / k);
    std::cout << std::setprecision(12) << best << '\n';
}
