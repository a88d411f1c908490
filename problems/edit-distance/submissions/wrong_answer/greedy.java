// Wrong: at the first difference it looks one letter ahead and decides for good.
import java.util.Scanner;

public class Main {
    public static void main(String[] args) {
        Scanner in = new Scanner(System.in);
        String a = in.next();
        String b = in.next();
        int i = 0;
        int j = 0;
        int steps = 0;
        while (i < a.length() && j < b.length()) {
            if (a.charAt(i) == b.charAt(j)) {
                i++;
                j++;
                continue;
            }
            steps++;
            if (i + 1 < a.length() && a.charAt(i + 1) == b.charAt(j)) {
                i++;
            } else if (j + 1 < b.length() && a.charAt(i) == b.charAt(j + 1)) {
                j++;
            } else {
                i++;
                j++;
            }
        }
        System.out.println(steps + a.length() - i + b.length() - j);
    }
}
