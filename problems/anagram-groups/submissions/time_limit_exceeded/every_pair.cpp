// Slow: compares every word with the first word of every group, O(n^2).
#include <algorithm>
#include <cctype>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

static bool anagrams(std::string a, std::string b) {
    std::sort(a.begin(), a.end());
    std::sort(b.begin(), b.end());
    return a == b;
}

int main() {
    std::ios::sync_with_stdio(false);
    std::cin.tie(nullptr);

    int n;
    std::cin >> n;
    std::vector<std::pair<std::string, int>> groups;
    int largest = 0;
    for (std::string word; std::cin >> word;) {
        for (char& letter : word)
            letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
        const auto group = std::find_if(groups.begin(), groups.end(), [&](const auto& candidate) {
            return anagrams(candidate.first, word);
        });
        if (group == groups.end()) {
            groups.emplace_back(word, 1);
            largest = std::max(largest, 1);
        } else {
            largest = std::max(largest, ++group->second);
        }
    }
    std::cout << groups.size() << ' ' << largest << '\n';
}
