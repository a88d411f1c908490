// Needs too much memory: an adjacency matrix, 2.5 GB for 50 000 modules.
#include <iostream>
#include <vector>

static std::vector<std::vector<char>> tunnel;

static int farthest(int start, int& length) {
    const int n = static_cast<int>(tunnel.size()) - 1;
    std::vector<int> distance(n + 1, -1);
    std::vector<int> queue = {start};
    distance[start] = 0;
    for (std::size_t head = 0; head < queue.size(); ++head) {
        for (int next = 1; next <= n; ++next) {
            if (tunnel[queue[head]][next] && distance[next] < 0) {
                distance[next] = distance[queue[head]] + 1;
                queue.push_back(next);
            }
        }
    }
    length = distance[queue.back()];
    return queue.back();
}

int main() {
    std::ios::sync_with_stdio(false);
    std::cin.tie(nullptr);

    int n;
    std::cin >> n;
    tunnel.assign(n + 1, std::vector<char>(n + 1, 0));
    for (int i = 1; i < n; ++i) {
        int u, v;
        std::cin >> u >> v;
        tunnel[u][v] = tunnel[v][u] = 1;
    }
    int length;
    farthest(farthest(1, length), length);
    std::cout << length << '\n';
}
