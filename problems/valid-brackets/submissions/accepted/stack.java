import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;

public class Main {
    public static void main(String[] args) throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        System.out.println(isValid(in.readLine().trim()) ? "YES" : "NO");
    }

    private static boolean isValid(String text) {
        char[] expected = new char[text.length()];
        int open = 0;
        for (char bracket : text.toCharArray()) {
            int kind = "([{".indexOf(bracket);
            if (kind >= 0) {
                expected[open++] = ")]}".charAt(kind);
            } else if (open == 0 || expected[--open] != bracket) {
                return false;
            }
        }
        return open == 0;
    }
}
