#include <functional>
#include <iostream>
#include <limits>
#include <queue>
#include <utility>
#include <vector>

int main() {
    std::ios::sync_with_stdio(false);
    std::cin.tie(nullptr);

    int n, m;
    std::cin >> n >> m;
    std::vector<std::vector<std::pair<int, int>>> roads(n + 1);
    for (int i = 0; i < m; ++i) {
        int u, v, c;
        std::cin >> u >> v >> c;
        roads[u].emplace_back(v, c);
    }

    const long long unreached = std::numeric_limits<long long>::max();
    std::vector<long long> toll(n + 1, unreached);
    using Entry = std::pair<long long, int>;
    std::priority_queue<Entry, std::vector<Entry>, std::greater<Entry>> queue;
    toll[1] = 0;
    queue.emplace(0, 1);
    while (!queue.empty()) {
        const auto [cost, town] = queue.top();
        queue.pop();
        if (cost > toll[town])
            continue;
        for (const auto& [next, c] : roads[town]) {
            if (cost + c < toll[next]) {
                toll[next] = cost + c;
                queue.emplace(cost + c, next);
            }
        }
    }

    if (toll[n] == unreached)
        std::cout << "impossible\n";
    else
        std::cout << toll[n] << '\n';
}
