import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.StreamTokenizer;
import java.util.Locale;

public class Main {
    public static void main(String[] args) throws IOException {
        StreamTokenizer in = new StreamTokenizer(new BufferedReader(new InputStreamReader(System.in)));
        in.nextToken();
        int n = (int) in.nval;
        in.nextToken();
        int k = (int) in.nval;
        int[] t = new int[n];
        for (int i = 0; i < n; i++) {
            in.nextToken();
            t[i] = (int) in.nval;
        }

        double low = -10_001;
        double high = 10_001;
        for (int round = 0; round < 50; round++) {
            double middle = (low + high) / 2;
            if (reaches(t, k, middle)) {
                low = middle;
            } else {
                high = middle;
            }
        }
        System.out.printf(Locale.ROOT, "%.8f%n", low);
    }

    /** Whether some k or more consecutive temperatures have an average of at least x. */
    private static boolean reaches(int[] t, int k, double x) {
        double sum = 0;
        double before = 0;
        double lowest = 0;
        for (int j = 0; j < t.length; j++) {
            sum += t[j] - x;
            if (j >= k) {
                before += t[j - k] - x;
                lowest = Math.min(lowest, before);
            }
            if (j + 1 >= k && sum >= lowest) {
                return true;
            }
        }
        return false;
    }
}
