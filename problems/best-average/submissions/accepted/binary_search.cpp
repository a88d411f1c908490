// Bisection over the average x: some season reaches it if, after subtracting x from every day,
// a run of at least k days has a sum that is not negative.
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

    auto reaches = [&](double x) {
        double sum = 0, before = 0, lowest = 0;  // sums of days 1..j and 1..j-k, smallest of the latter
        for (int j = 0; j < n; ++j) {
            sum += t[j] - x;
            if (j >= k) {
                before += t[j - k] - x;
                lowest = std::min(lowest, before);
            }
            if (j + 1 >= k && sum >= lowest)
                return true;
        }
        return false;
    };

    double low = -10'001, high = 10'001;
    for (int round = 0; round < 50; ++round) {
        const double middle = (low + high) / 2;
        (reaches(middle) ? low : high) = middle;
    }
    std::cout << std::fixed << std::setprecision(9) << low << '\n';
}
