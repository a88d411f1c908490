// Crashes: has room for 10 000 towns only (ArrayIndexOutOfBoundsException).
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.PriorityQueue;
import java.util.StringTokenizer;

public class Main {
    private static final int TOWNS = 10_000;

    public static void main(String[] args) throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        StringTokenizer line = new StringTokenizer(in.readLine());
        int n = Integer.parseInt(line.nextToken());
        int m = Integer.parseInt(line.nextToken());
        List<List<int[]>> roads = new ArrayList<>();
        for (int i = 0; i <= n; i++) {
            roads.add(new ArrayList<>());
        }
        for (int i = 0; i < m; i++) {
            line = new StringTokenizer(in.readLine());
            int from = Integer.parseInt(line.nextToken());
            int to = Integer.parseInt(line.nextToken());
            roads.get(from).add(new int[] {to, Integer.parseInt(line.nextToken())});
        }

        long[] toll = new long[TOWNS + 1];
        Arrays.fill(toll, -1);
        PriorityQueue<long[]> queue = new PriorityQueue<>((a, b) -> Long.compare(a[0], b[0]));
        queue.add(new long[] {0, 1});
        while (!queue.isEmpty()) {
            long[] entry = queue.poll();
            int town = (int) entry[1];
            if (toll[town] >= 0) {
                continue;
            }
            toll[town] = entry[0];
            for (int[] road : roads.get(town)) {
                queue.add(new long[] {entry[0] + road[1], road[0]});
            }
        }
        System.out.println(toll[n] < 0 ? "impossible" : Long.toString(toll[n]));
    }
}
