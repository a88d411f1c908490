// Wrong: adds the two deepest branches at module 1, as if every longest way led through it.
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

    std::vector<int> distance(n + 1, -1);
    distance[1] = 0;
    int deepest = 0, second = 0;
    for (const int branch : tunnels[1]) {
        std::vector<int> queue = {branch};
        distance[branch] = 1;
        for (std::size_t head = 0; head < queue.size(); ++head) {
            const int module = queue[head];
            for (const int next : tunnels[module]) {
                if (distance[next] < 0) {
                    distance[next] = distance[module] + 1;
                    queue.push_back(next);
                }
            }
        }
        second = std::max(second, distance[queue.back()]);
        if (second > deepest)
            std::swap(deepest, second);
    }
    std::cout << deepest + second << '\n';
}
