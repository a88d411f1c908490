// Slow: a search from every module, O(n^2).
#include <algorithm>
#include <iostream>
#include <vector>

int main() {
    std::ios::sync_with_stdio(false);
    std::cin.tie(nullptr);

    int n;
    std::cin >> n;
    std::vector<std::vector<int>> tunnels(n + 1);
    for (int i = 1; i < n; ++i) {
        int u, v;
        std::cin >> u >> v;
        tunnels[u].push_back(v);
        tunnels[v].push_back(u);
    }

    int best = 0;
    for (int start = 1; start <= n; ++start) {
        std::vector<int> distance(n + 1, -1);
        std::vector<int> queue = {start};
        distance[start] = 0;
        for (std::size_t head = 0; head < queue.size(); ++head) {
            const int module = queue[head];
            best = std::max(best, distance[module]);
            for (const int next : tunnels[module]) {
                if (distance[next] < 0) {
                    distance[next] = distance[module] + 1;
                    queue.push_back(next);
                }
            }
        }
    }
    std::cout << best << '\n';
}
