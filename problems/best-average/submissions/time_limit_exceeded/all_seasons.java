// Slow: tries every season, O(n^2).
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.StreamTokenizer;

public class Main {
    public static void main(String[] args) throws IOException {
        StreamTokenizer in = new StreamTokenizer(new BufferedReader(new InputStreamReader(System.in)));
        in.nextToken();
        int n = (int) in.nval;
        in.nextToken();
        int k = (int) in.nval;
        long[] sums = new long[n + 1];
        for (int i = 1; i <= n; i++) {
            in.nextToken();
            sums[i] = sums[i - 1] + (long) in.nval;
        }

        double best = -10_000;
        for (int i = 0; i < n; i++) {
            for (int j = i + k; j <= n; j++) {
                best = Math.max(best, (double) (sums[j] - sums[i]) / (j - i));
            }
        }
        System.out.println(best);
    }
}
