import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.StreamTokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

public class Main {
    private static StreamTokenizer in;

    private static int next() throws IOException {
        in.nextToken();
        return (int) in.nval;
    }

    public static void main(String[] args) throws IOException {
        in = new StreamTokenizer(new BufferedReader(new InputStreamReader(System.in)));
        int n = next();
        List<List<Integer>> tunnels = new ArrayList<>();
        for (int i = 0; i <= n; i++) {
            tunnels.add(new ArrayList<>(2));
        }
        for (int i = 1; i < n; i++) {
            int u = next();
            int v = next();
            tunnels.get(u).add(v);
            tunnels.get(v).add(u);
        }

        int end = search(tunnels, 1)[0];
        System.out.println(search(tunnels, end)[1]);
    }

    /** The module farthest from the start, and its distance. */
    private static int[] search(List<List<Integer>> tunnels, int start) {
        int[] distance = new int[tunnels.size()];
        Arrays.fill(distance, -1);
        int[] queue = new int[tunnels.size()];
        int length = 0;
        queue[length++] = start;
        distance[start] = 0;
        for (int head = 0; head < length; head++) {
            for (int there : tunnels.get(queue[head])) {
                if (distance[there] < 0) {
                    distance[there] = distance[queue[head]] + 1;
                    queue[length++] = there;
                }
            }
        }
        int last = queue[length - 1];
        return new int[] {last, distance[last]};
    }
}
