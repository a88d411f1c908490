// Needs too much memory: a full table of tolls, 400 million numbers for 20 000 towns.
#include <algorithm>
#include <iostream>
#include <vector>

int main() {
    std::ios::sync_with_stdio(false);
    std::cin.tie(nullptr);

    int n, m;
    std::cin >> n >> m;
    const int none = 1'000'000'000;
    const std::size_t size = n + 1;
    std::vector<int> road(size * size, none);
    for (int i = 0; i < m; ++i) {
        int u, v, c;
        std::cin >> u >> v >> c;
        road[u * size + v] = std::min(road[u * size + v], c);
    }

    std::vector<long long> toll(n + 1, -1);
    std::vector<bool> done(n + 1);
    toll[1] = 0;
    while (true) {
        int town = 0;
        for (int i = 1; i <= n; ++i)
            if (!done[i] && toll[i] >= 0 && (town == 0 || toll[i] < toll[town]))
                town = i;
        if (town == 0)
            break;
        done[town] = true;
        for (int next = 1; next <= n; ++next) {
            const int c = road[town * size + next];
            if (c < none && (toll[next] < 0 || toll[town] + c < toll[next]))
                toll[next] = toll[town] + c;
        }
    }

    if (toll[n] < 0)
        std::cout << "impossible\n";
    else
        std::cout << toll[n] << '\n';
}
