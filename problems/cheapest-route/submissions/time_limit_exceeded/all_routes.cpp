// Slow: follows every route that visits no town twice; their number grows exponentially.
#include <iostream>
#include <utility>
#include <vector>

static int n, m;
static std::vector<std::vector<std::pair<int, int>>> roads;
static std::vector<bool> visited;
static long long best = -1;

static void follow(int town, long long cost) {
    if (town == n) {
        if (best < 0 || cost < best)
            best = cost;
        return;
    }
    visited[town] = true;
    for (const auto& [next, c] : roads[town])
        if (!visited[next])
            follow(next, cost + c);
    visited[town] = false;
}

int main() {
    std::ios::sync_with_stdio(false);
    std::cin.tie(nullptr);

    std::cin >> n >> m;
    roads.resize(n + 1);
    visited.resize(n + 1);
    for (int i = 0; i < m; ++i) {
        int u, v, c;
        std::cin >> u >> v >> c;
        roads[u].emplace_back(v, c);
    }
    follow(1, 0);
    if (best < 0)
        std::cout << "impossible\n";
    else
        std::cout << best << '\n';
}
