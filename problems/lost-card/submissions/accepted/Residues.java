// A card of each of thirteen ranks, in one of four suits, tells a digit to the base of four; ten digits are
// the number, an eleventh makes their sum a multiple of four.
import java.util.*;

public class Residues {
    static final int DIGITS = 10;

    public static void main(String[] args) {
        Scanner in = new Scanner(System.in);
        if (in.next().equals("assistant")) assist(in.nextInt());
        else System.out.println(found(in));
    }

    static void assist(int number) {
        StringBuilder cards = new StringBuilder().append(DIGITS + 1);
        int sum = 0;
        for (int rank = 0; rank <= DIGITS; rank++) {
            int digit = rank < DIGITS ? number >> 2 * rank & 3 : (4 - sum % 4) % 4;
            sum += digit;
            cards.append(' ').append(4 * rank + digit + 1);
        }
        System.out.println(cards);
    }

    static int found(Scanner in) {
        int[] digits = new int[DIGITS + 1];
        Arrays.fill(digits, -1);
        int sum = 0;
        for (int left = in.nextInt(); left > 0; left--) {
            int card = in.nextInt() - 1;
            digits[card / 4] = card % 4;
            sum += card % 4;
        }
        int number = 0;
        for (int rank = DIGITS - 1; rank >= 0; rank--) {
            int digit = digits[rank] >= 0 ? digits[rank] : (4 - sum % 4) % 4;
            number = 4 * number + digit;
        }
        return number;
    }
}
