// Wrong: keeps tolls in 32 bits, though a long route can cost more than 2^32.
#include <cstdint>
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
    std::vector<std::vector<std::pair<int, std::uint32_t>>> roads(n + 1);
    for (int i = 0; i < m; ++i) {
        int u, v;
        std::uint32_t c;
        std::cin >> u >> v >> c;
        roads[u].emplace_back(v, c);
    }

    std::vector<bool> reached(n + 1);
    std::vector<std::uint32_t> toll(n + 1);
    using Entry = std::pair<std::uint32_t, int>;
    std::priority_queue<Entry, std::vector<Entry>, std::greater<Entry>> queue;
    queue.emplace(0, 1);
    while (!queue.empty()) {
        const auto [cost, town] = queue.top();
        queue.pop();
        if (reached[town])
            continue;
        reached[town] = true;
        toll[town] = cost;
        for (const auto& [next, c] : roads[town])
            queue.emplace(cost + c, next);
    }

    if (!reached[n])
        std::cout << "impossible\n";
    else
        std::cout << toll[n] << '\n';
}
