import java.util.*;

public class Sum {
    public static void main(String[] args) {
        Scanner in = new Scanner(System.in);
        int a = in.nextInt(), b = in.nextInt();
        List<byte[]> kept = new ArrayList<>();
        while (a == 2) { }
        while (a == 3) kept.add(new byte[100_000]);
        while (a == 4) System.out.println("x".repeat(1000));
        if (a == 5) throw new IllegalStateException("five");
        System.out.println(a == 1 ? a - b : a + b);
    }
}
