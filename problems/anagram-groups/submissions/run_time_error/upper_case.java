// Crashes: the index of an upper-case letter is negative (ArrayIndexOutOfBoundsException).
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

public class Main {
    public static void main(String[] args) throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        int n = Integer.parseInt(in.readLine().trim());
        Map<String, Integer> groups = new HashMap<>();
        int largest = 0;
        for (int i = 0; i < n; i++) {
            int[] counts = new int[26];
            for (char letter : in.readLine().trim().toCharArray()) {
                counts[letter - 'a']++;
            }
            largest = Math.max(largest, groups.merge(Arrays.toString(counts), 1, Integer::sum));
        }
        System.out.println(groups.size() + " " + largest);
    }
}
