// Lifts two neighbours in the middle, which tells the side, and goes on there.
#include <iostream>
#include <string>

std::string lift(long long stone) {
    std::cout << stone << std::endl;
    std::string answer;
    std::cin >> answer;
    return answer;
}

int main() {
    long long low = 1, high;
    std::cin >> high;
    while (true) {
        const long long middle = (low + high) / 2;
        if (lift(middle) == "found")
            break;
        const std::string answer = lift(middle + 1);
        if (answer == "found")
            break;
        if (answer == "warmer")
            low = middle + 2;
        else
            high = middle - 1;
    }
}
