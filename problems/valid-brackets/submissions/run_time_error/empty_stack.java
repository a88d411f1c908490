// Crashes: pops from an empty deque if a bracket is closed that was never opened (NoSuchElementException).
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Scanner;

public class Main {
    public static void main(String[] args) {
        String text = new Scanner(System.in).next();
        Deque<Character> expected = new ArrayDeque<>();
        for (char bracket : text.toCharArray()) {
            int kind = "([{".indexOf(bracket);
            if (kind >= 0) {
                expected.push(")]}".charAt(kind));
            } else if (expected.pop() != bracket) {
                System.out.println("no");
                return;
            }
        }
        System.out.println(expected.isEmpty() ? "yes" : "no");
    }
}
