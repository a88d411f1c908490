#include <stdio.h>
#include <string.h>

enum { MAX_LETTERS = 1500 };

int main(void) {
    static char a[MAX_LETTERS + 1], b[MAX_LETTERS + 1];
    static int rows[2][MAX_LETTERS + 1];
    if (scanf("%1500s %1500s", a, b) != 2)
        return 1;
    int n = (int)strlen(a), m = (int)strlen(b);
    for (int j = 0; j <= m; j++)
        rows[0][j] = j;
    for (int i = 1; i <= n; i++) {
        const int *above = rows[(i - 1) % 2];
        int *row = rows[i % 2];
        row[0] = i;
        for (int j = 1; j <= m; j++) {
            int best = above[j - 1] + (a[i - 1] != b[j - 1]);
            if (above[j] + 1 < best)
                best = above[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            row[j] = best;
        }
    }
    printf("%d\n", rows[n % 2][m]);
    return 0;
}
