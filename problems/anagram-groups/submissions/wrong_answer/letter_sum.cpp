// Wrong: words with the same sum of letters need not be anagrams.
#include <algorithm>
#include <cctype>
#include <iostream>
#include <map>
#include <string>

int main() {
    std::ios::sync_with_stdio(false);
    std::cin.tie(nullptr);

    int n;
    std::cin >> n;
    std::map<int, int> groups;
    int largest = 0;
    for (std::string word; std::cin >> word;) {
        int sum = 0;
        for (const unsigned char letter : word)
            sum += std::tolower(letter);
        largest = std::max(largest, ++groups[sum]);
    }
    std::cout << groups.size() << ' ' << largest << '\n';
}
