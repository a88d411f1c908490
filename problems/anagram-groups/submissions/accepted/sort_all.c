/* Sorts the letters of every word, then the words; groups are runs of equal words. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_WORDS = 20000, MAX_LETTERS = 20 };

static char words[MAX_WORDS][MAX_LETTERS + 1];

static int compare_letters(const void *a, const void *b) {
    return *(const char *)a - *(const char *)b;
}

static int compare_words(const void *a, const void *b) {
    return strcmp(a, b);
}

int main(void) {
    int n;
    if (scanf("%d", &n) != 1)
        return 1;
    for (int i = 0; i < n; i++) {
        if (scanf("%20s", words[i]) != 1)
            return 1;
        size_t length = strlen(words[i]);
        for (size_t j = 0; j < length; j++)
            words[i][j] = (char)tolower((unsigned char)words[i][j]);
        qsort(words[i], length, 1, compare_letters);
    }
    qsort(words, n, sizeof words[0], compare_words);

    int groups = 0, run = 0, largest = 0;
    for (int i = 0; i < n; i++) {
        if (i == 0 || strcmp(words[i], words[i - 1]) != 0) {
            groups++;
            run = 0;
        }
        run++;
        if (run > largest)
            largest = run;
    }
    printf("%d %d\n", groups, largest);
    return 0;
}
