/* Needs too much memory: a table of the distances between all modules, 10 GB for 50 000 of them. */
#include <stdio.h>
#include <stdlib.h>

int main(void) {
    int n;
    if (scanf("%d", &n) != 1)
        return 1;
    int **distance = malloc(n * sizeof *distance);
    for (int i = 0; i < n; i++) {
        distance[i] = malloc(n * sizeof **distance);
        for (int j = 0; j < n; j++)
            distance[i][j] = i == j ? 0 : n;
    }
    for (int i = 1; i < n; i++) {
        int u, v;
        if (scanf("%d %d", &u, &v) != 2)
            return 1;
        distance[u - 1][v - 1] = distance[v - 1][u - 1] = 1;
    }
    for (int k = 0; k < n; k++)
        for (int i = 0; i < n; i++)
            if (distance[i][k] < n)
                for (int j = 0; j < n; j++)
                    if (distance[i][k] + distance[k][j] < distance[i][j])
                        distance[i][j] = distance[i][k] + distance[k][j];
    int best = 0;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++)
            if (distance[i][j] > best)
                best = distance[i][j];
    printf("%d\n", best);
    return 0;
}
