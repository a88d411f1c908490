import java.util.Scanner;

public class BothEnds {
    static final Scanner in = new Scanner(System.in);

    static String lift(long stone) {
        System.out.println(stone);
        System.out.flush();
        return in.next();
    }

    public static void main(String[] args) {
        long low = 1, high = in.nextLong();
        while (true) {
            if (lift(low).equals("found")) return;
            String answer = lift(high);
            if (answer.equals("found")) return;
            // Twice the place up to which, or from which on, the egg lies.
            long twice = low + high;
            if (answer.equals("same")) low = high = twice / 2;
            else if (answer.equals("warmer")) low = twice / 2 + 1;
            else high = (twice - 1) / 2;
        }
    }
}
