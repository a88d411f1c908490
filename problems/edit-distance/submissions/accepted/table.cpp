// distance[i][j] is the distance between the first i letters of a and the first j letters of b.
#include <algorithm>
#include <iostream>
#include <string>
#include <vector>

int main() {
    std::string a, b;
    std::cin >> a >> b;
    std::vector<std::vector<int>> distance(a.size() + 1, std::vector<int>(b.size() + 1));
    for (std::size_t i = 0; i <= a.size(); ++i) {
        for (std::size_t j = 0; j <= b.size(); ++j) {
            if (i == 0 || j == 0) {
                distance[i][j] = static_cast<int>(i + j);
            } else {
                const int replaced = distance[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
                distance[i][j] = std::min({replaced, distance[i - 1][j] + 1, distance[i][j - 1] + 1});
            }
        }
    }
    std::cout << distance[a.size()][b.size()] << '\n';
}
