// Finds the egg and then never leaves.
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
        std::string answer = lift(low);
        if (answer != "found")
            answer = lift(high);
        const long long twice = low + high;
        if (answer == "same")
            low = high = twice / 2;
        else if (answer == "warmer")
            low = twice / 2 + 1;
        else if (answer == "colder")
            high = (twice - 1) / 2;
        else
            for (volatile bool here = true; here;) {
            }
    }
}
