// Crashes: the stack has room for 100 000 warehouses only (ArrayIndexOutOfBoundsException).
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.StreamTokenizer;

public class Main {
    public static void main(String[] args) throws IOException {
        StreamTokenizer in = new StreamTokenizer(new BufferedReader(new InputStreamReader(System.in)));
        in.nextToken();
        int n = (int) in.nval;
        int[] height = new int[n + 1];
        for (int i = 0; i < n; i++) {
            in.nextToken();
            height[i] = (int) in.nval;
        }

        int[] rising = new int[100_000];
        int size = 0;
        long best = 0;
        for (int i = 0; i <= n; i++) {
            while (size > 0 && height[rising[size - 1]] >= height[i]) {
                long top = height[rising[--size]];
                int left = size == 0 ? 0 : rising[size - 1] + 1;
                best = Math.max(best, top * (i - left));
            }
            rising[size++] = i;
        }
        System.out.println(best);
    }
}
