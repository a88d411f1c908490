// Takes "same" for "colder", and so walks past an egg that is right in the middle.
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
    while (low <= high) {
        if (lift(low) == "found")
            return 0;
        const std::string answer = lift(high);
        if (answer == "found")
            return 0;
        const long long middle = (low + high) / 2;
        if (answer == "warmer")
            low = middle + 1;
        else
            high = middle - 1;
    }
}
