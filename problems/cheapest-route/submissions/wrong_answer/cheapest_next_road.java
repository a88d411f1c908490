// Wrong: always takes the cheapest road to a town not seen yet and never turns back.
import java.util.ArrayList;
import java.util.List;
import java.util.Scanner;

public class Main {
    public static void main(String[] args) {
        Scanner in = new Scanner(System.in);
        int n = in.nextInt();
        int m = in.nextInt();
        List<List<int[]>> roads = new ArrayList<>();
        for (int i = 0; i <= n; i++) {
            roads.add(new ArrayList<>());
        }
        for (int i = 0; i < m; i++) {
            roads.get(in.nextInt()).add(new int[] {in.nextInt(), in.nextInt()});
        }

        boolean[] seen = new boolean[n + 1];
        long total = 0;
        int town = 1;
        while (town != n) {
            seen[town] = true;
            int[] best = null;
            for (int[] road : roads.get(town)) {
                if (!seen[road[0]] && (best == null || road[1] < best[1])) {
                    best = road;
                }
            }
            if (best == null) {
                System.out.println("impossible");
                return;
            }
            total += best[1];
            town = best[0];
        }
        System.out.println(total);
    }
}
