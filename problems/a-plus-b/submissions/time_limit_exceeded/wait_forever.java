// Slow: prints the sum at once, but then never ends.
public class Main {
    private static volatile long spins = 0;

    public static void main(String[] args) {
        java.util.Scanner in = new java.util.Scanner(System.in);
        System.out.println(in.nextLong() + in.nextLong());
        while (true) {
            spins++;
        }
    }
}
