#include <algorithm>
#include <cctype>
#include <iostream>
#include <string>
#include <unordered_map>

int main() {
    std::ios::sync_with_stdio(false);
    std::cin.tie(nullptr);

    int n;
    std::cin >> n;
    std::unordered_map<std::string, int> groups;
    int largest = 0;
    for (std::string word; std::cin >> word;) {
        for (char& letter : word)
            letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
        std::sort(word.begin(), word.end());
        largest = std::max(largest, ++groups[word]);
    }
    std::cout << groups.size() << ' ' << largest << '\n';
}
