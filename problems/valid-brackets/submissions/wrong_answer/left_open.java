// Wrong: does not check that every bracket was closed at the end.
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
            } else if (expected.isEmpty() || expected.pop() != bracket) {
                System.out.println("no");
                return;
            }
        }
        System.out.println("yes");
    }
}
