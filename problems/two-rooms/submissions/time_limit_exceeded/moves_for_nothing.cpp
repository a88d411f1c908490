// Moves those who have as many opponents here as there too, and so never ends.
#include <iostream>
#include <string>
#include <vector>

int main() {
    int n, m;
    std::cin >> n >> m;
    std::vector<std::vector<int>> opponents(n);
    for (int i = 0; i < m; ++i) {
        int a, b;
        std::cin >> a >> b;
        opponents[a - 1].push_back(b - 1);
        opponents[b - 1].push_back(a - 1);
    }
    std::string room(n, 'A');
    for (bool moved = m > 0; moved;) {
        moved = false;
        for (int a = 0; a < n; ++a) {
            int surplus = 0;
            for (int b : opponents[a])
                surplus += room[a] == room[b] ? 1 : -1;
            if (surplus >= 0) {
                room[a] = room[a] == 'A' ? 'B' : 'A';
                moved = true;
            }
        }
    }
    std::cout << room << '\n';
}
