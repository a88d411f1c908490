// Wrong: tracks the depth of each kind separately and so accepts crossed pairs.
#include <iostream>
#include <string>

int main() {
    std::string text;
    std::cin >> text;
    const std::string opening = "([{", closing = ")]}";
    int depth[3] = {0, 0, 0};
    bool valid = true;
    for (const char bracket : text) {
        const auto kind = opening.find(bracket);
        if (kind != std::string::npos)
            ++depth[kind];
        else if (--depth[closing.find(bracket)] < 0)
            valid = false;
    }
    valid = valid && depth[0] == 0 && depth[1] == 0 && depth[2] == 0;
    std::cout << (valid ? "yes" : "no") << '\n';
}
