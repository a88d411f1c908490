/* Crashes: aborts at the first letter that is not between a and z (SIGABRT). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_WORDS = 20000 };

static unsigned char counts[MAX_WORDS][26];

static int compare(const void *a, const void *b) {
    return memcmp(a, b, sizeof counts[0]);
}

int main(void) {
    int n;
    char word[21];
    if (scanf("%d", &n) != 1)
        return 1;
    for (int i = 0; i < n; i++) {
        if (scanf("%20s", word) != 1)
            return 1;
        for (const char *letter = word; *letter; letter++) {
            if (*letter < 'a' || *letter > 'z')
                abort();
            counts[i][*letter - 'a']++;
        }
    }
    qsort(counts, n, sizeof counts[0], compare);
    int groups = 0, run = 0, largest = 0;
    for (int i = 0; i < n; i++) {
        if (i == 0 || compare(counts[i], counts[i - 1]) != 0) {
            groups++;
            run = 0;
        }
        if (++run > largest)
            largest = run;
    }
    printf("%d %d\n", groups, largest);
    return 0;
}
