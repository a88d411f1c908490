// Wrong: sums in float, whose 24 bits do not hold large sums.
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
        float[] t = new float[n];
        for (int i = 0; i < n; i++) {
            in.nextToken();
            t[i] = (float) in.nval;
        }

        float low = -10_001;
        float high = 10_001;
        for (int round = 0; round < 50; round++) {
            float middle = (low + high) / 2;
            float sum = 0;
            float before = 0;
            float lowest = 0;
            boolean reached = false;
            for (int j = 0; j < n && !reached; j++) {
                sum += t[j] - middle;
                if (j >= k) {
                    before += t[j - k] - middle;
                    lowest = Math.min(lowest, before);
                }
                reached = j + 1 >= k && sum >= lowest;
            }
            if (reached) {
                low = middle;
            } else {
                high = middle;
            }
        }
        System.out.println(low);
    }
}
