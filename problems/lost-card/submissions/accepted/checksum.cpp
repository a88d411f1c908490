// Needs only the cards 1 to 26. Cards that are no powers of two tell the bits; the powers of two are chosen so
// that the sum of all cards is a multiple of 26, and card 26 is there so that the hat is never empty. What the
// sum lacks then is the card that is lost: a code of Varshamov and Tenengolts.
#include <iostream>
#include <set>
#include <string>

bool is_power(int card) { return (card & (card - 1)) == 0; }

int main() {
    std::string who;
    std::cin >> who;
    if (who == "assistant") {
        int number, sum = 0;
        std::cin >> number;
        std::set<int> cards{26};
        for (int card = 1; card < 26; ++card) {
            if (is_power(card))
                continue;
            if (number & 1) {
                cards.insert(card);
                sum += card;
            }
            number >>= 1;
        }
        const int lacking = (26 - sum % 26) % 26;
        for (int power = 1; power < 26; power *= 2)
            if (lacking & power)
                cards.insert(power);
        std::cout << cards.size();
        for (int card : cards)
            std::cout << ' ' << card;
        std::cout << '\n';
    } else {
        int count, sum = 0, number = 0;
        std::cin >> count;
        std::set<int> cards;
        for (int card; std::cin >> card; sum += card)
            cards.insert(card);
        cards.insert(26 - sum % 26);
        for (int card = 25; card > 0; --card)
            if (!is_power(card))
                number = 2 * number + (cards.count(card) ? 1 : 0);
        std::cout << number << '\n';
    }
}
