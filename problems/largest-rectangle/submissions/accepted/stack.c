#include <stdio.h>

enum { MAX_WAREHOUSES = 200000 };

static int height[MAX_WAREHOUSES + 1]; /* ends with 0, which clears the stack */
static int rising[MAX_WAREHOUSES + 1];

int main(void) {
    int n;
    if (scanf("%d", &n) != 1)
        return 1;
    for (int i = 0; i < n; i++)
        if (scanf("%d", &height[i]) != 1)
            return 1;

    long long best = 0;
    int size = 0;
    for (int i = 0; i <= n; i++) {
        while (size > 0 && height[rising[size - 1]] >= height[i]) {
            long long top = height[rising[--size]];
            int left = size == 0 ? 0 : rising[size - 1] + 1;
            if (top * (i - left) > best)
                best = top * (i - left);
        }
        rising[size++] = i;
    }
    printf("%lld\n", best);
    return 0;
}
