#include <iostream>
#include <string>

int main() {
    std::ios::sync_with_stdio(false);

    const std::string opening = "([{", closing = ")]}";
    std::string text, expected;
    std::cin >> text;
    bool valid = true;
    for (const char bracket : text) {
        const auto kind = opening.find(bracket);
        if (kind != std::string::npos) {
            expected.push_back(closing[kind]);
        } else if (!expected.empty() && expected.back() == bracket) {
            expected.pop_back();
        } else {
            valid = false;
            break;
        }
    }
    std::cout << (valid && expected.empty() ? "yes" : "no") << '\n';
}
