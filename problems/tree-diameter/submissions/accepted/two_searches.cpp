// The module farthest from any module is one end of a longest way; a second search finds the other.
#include <iostream>
#include <vector>

static std::vector<std::vector<int>> tunnels;

struct End {
    int module, distance;
};

static End farthest(int start) {
    std::vector<int> distance(tunnels.size(), -1);
    std::vector<int> queue = {start};
    queue.reserve(tunnels.size());
    distance[start] = 0;
    for (std::size_t head = 0; head < queue.size(); ++head) {
        const int module = queue[head];
        for (const int next : tunnels[module]) {
            if (distance[next] < 0) {
                distance[next] = distance[module] + 1;
                queue.push_back(next);
            }
        }
    }
    return {queue.back(), distance[queue.back()]};
}

int main() {
    std::ios::sync_with_stdio(false);
    std::cin.tie(nullptr);

    int n;
    std::cin >> n;
    tunnels.resize(n + 1);
    for (int i = 1; i < n; ++i) {
        int u, v;
        std::cin >> u >> v;
        tunnels[u].push_back(v);
        tunnels[v].push_back(u);
    }
    std::cout << farthest(farthest(1).module).distance << '\n';
}
