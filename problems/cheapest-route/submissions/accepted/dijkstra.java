import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.StreamTokenizer;
import java.util.Arrays;
import java.util.PriorityQueue;

public class Main {
    private static StreamTokenizer in;

    private static int next() throws IOException {
        in.nextToken();
        return (int) in.nval;
    }

    public static void main(String[] args) throws IOException {
        in = new StreamTokenizer(new BufferedReader(new InputStreamReader(System.in)));
        int n = next();
        int m = next();
        // The roads out of a town form a linked list: first[town], then following[road].
        int[] first = new int[n + 1];
        int[] following = new int[m];
        int[] to = new int[m];
        int[] cost = new int[m];
        Arrays.fill(first, -1);
        for (int i = 0; i < m; i++) {
            int u = next();
            to[i] = next();
            cost[i] = next();
            following[i] = first[u];
            first[u] = i;
        }

        long[] toll = new long[n + 1];
        Arrays.fill(toll, Long.MAX_VALUE);
        toll[1] = 0;
        PriorityQueue<long[]> queue = new PriorityQueue<>((a, b) -> Long.compare(a[0], b[0]));
        queue.add(new long[] {0, 1});
        while (!queue.isEmpty()) {
            long[] entry = queue.poll();
            int town = (int) entry[1];
            if (entry[0] > toll[town]) {
                continue;
            }
            for (int road = first[town]; road >= 0; road = following[road]) {
                long there = entry[0] + cost[road];
                if (there < toll[to[road]]) {
                    toll[to[road]] = there;
                    queue.add(new long[] {there, to[road]});
                }
            }
        }
        System.out.println(toll[n] == Long.MAX_VALUE ? "impossible" : Long.toString(toll[n]));
    }
}
