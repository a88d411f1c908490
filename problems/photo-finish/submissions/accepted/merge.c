/* Counts while it merges. */
#include <stdio.h>

static int order[100000], buffer[100000];

static long long sorted(int from, int to) {
    if (to - from < 2)
        return 0;
    int middle = (from + to) / 2, left = from, right = middle;
    long long count = sorted(from, middle) + sorted(middle, to);
    for (int i = from; i < to; ++i) {
        if (right == to || (left < middle && order[left] < order[right])) {
            buffer[i] = order[left++];
        } else {
            buffer[i] = order[right++];
            count += middle - left;
        }
    }
    for (int i = from; i < to; ++i)
        order[i] = buffer[i];
    return count;
}

int main(void) {
    int n;
    if (scanf("%d", &n) != 1)
        return 1;
    for (int i = 0; i < n; ++i)
        if (scanf("%d", &order[i]) != 1)
            return 1;
    printf("%lld\n", sorted(0, n));
}
