// A Fenwick tree over the starting numbers counts who has finished.
#include <iostream>
#include <vector>

int main() {
    std::ios::sync_with_stdio(false);
    std::cin.tie(nullptr);

    int n;
    std::cin >> n;
    std::vector<int> tree(n + 1);
    long long overtakings = 0;
    for (int done = 0; done < n; ++done) {
        int runner;
        std::cin >> runner;
        int earlier = 0;
        for (int i = runner; i > 0; i -= i & -i)
            earlier += tree[i];
        overtakings += done - earlier;
        for (int i = runner; i <= n; i += i & -i)
            ++tree[i];
    }
    std::cout << overtakings << '\n';
}
