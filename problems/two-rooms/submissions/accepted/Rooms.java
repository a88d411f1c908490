// Everybody begins in a room by chance; then those who have to move stand in a queue.
import java.io.*;
import java.util.*;

public class Rooms {
    public static void main(String[] args) throws IOException {
        StreamTokenizer in = new StreamTokenizer(new BufferedInputStream(System.in));
        int n = next(in), m = next(in);
        List<List<Integer>> opponents = new ArrayList<>();
        for (int a = 0; a < n; a++) opponents.add(new ArrayList<>());
        for (int i = 0; i < m; i++) {
            int a = next(in) - 1, b = next(in) - 1;
            opponents.get(a).add(b);
            opponents.get(b).add(a);
        }
        Random random = new Random(7);
        boolean[] room = new boolean[n];
        Deque<Integer> queue = new ArrayDeque<>();
        for (int a = 0; a < n; a++) {
            room[a] = random.nextBoolean();
            queue.add(a);
        }
        while (!queue.isEmpty()) {
            int a = queue.remove(), surplus = 0;
            for (int b : opponents.get(a)) surplus += room[a] == room[b] ? 1 : -1;
            if (surplus > 0) {
                room[a] = !room[a];
                queue.addAll(opponents.get(a));
            }
        }
        StringBuilder answer = new StringBuilder();
        for (boolean r : room) answer.append(r ? 'A' : 'B');
        System.out.println(answer);
    }

    static int next(StreamTokenizer in) throws IOException {
        in.nextToken();
        return (int) in.nval;
    }
}
