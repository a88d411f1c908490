// Slow: erases the first adjacent pair and starts over from the beginning, O(n^2).
#include <iostream>
#include <string>

static bool erase_pair(std::string& text) {
    for (std::size_t i = 0; i + 1 < text.size(); ++i) {
        const char left = text[i], right = text[i + 1];
        if ((left == '(' && right == ')') || (left == '[' && right == ']') || (left == '{' && right == '}')) {
            text.erase(i, 2);
            return true;
        }
    }
    return false;
}

int main() {
    std::string text;
    std::cin >> text;
    while (erase_pair(text)) {
    }
    std::cout << (text.empty() ? "yes" : "no") << '\n';
}
