// Wrong: drives every road in both directions.
#include <functional>
#include <iostream>
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
        roads[v].emplace_back(u, c);
    }

    std::vector<long long> toll(n + 1, -1);
    using Entry = std::pair<long long, int>;
    std::priority_queue<Entry, std::vector<Entry>, std::greater<Entry>> queue;
    queue.emplace(0, 1);
    while (!queue.empty()) {
        const auto [cost, town] = queue.top();
        queue.pop();
        if (toll[town] >= 0)
            continue;
        toll[town] = cost;
        for (const auto& [next, c] : roads[town])
            queue.emplace(cost + c, next);
    }

    if (toll[n] < 0)
        std::cout << "impossible\n";
    else
        std::cout << toll[n] << '\n';
}
