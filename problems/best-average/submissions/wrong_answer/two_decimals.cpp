// Wrong: rounds the answer to two decimals.
#include <algorithm>
#include <iomanip>
#include <iostream>
#include <vector>

int main() {
    std::ios::sync_with_stdio(false);
    std::cin.tie(nullptr);

    int n, k;
    std::cin >> n >> k;
    std::vector<int> t(n);
    for (int& value : t)
        std::cin >> value;

    double low = -10'001, high = 10'001;
    for (int round = 0; round < 50; ++round) {
        const double middle = (low + high) / 2;
        double sum = 0, before = 0, lowest = 0;
        bool reached = false;
        for (int j = 0; j < n && !reached; ++j) {
            sum += t[j] - middle;
            if (j >= k) {
                before += t[j - k] - middle;
                lowest = std::min(lowest, before);
            }
            reached = j + 1 >= k && sum >= lowest;
        }
        (reached ? low : high) = middle;
    }
    std::cout << std::fixed << std::setprecision(2) << low << '\n';
}
