/* Slow: O(n^2), from every warehouse to both sides as far as the neighbours are no lower. */
#include <stdio.h>

static int height[200002];

int main(void) {
    int n;
    if (scanf("%d", &n) != 1)
        return 1;
    for (int i = 1; i <= n; i++)
        if (scanf("%d", &height[i]) != 1)
            return 1;
    height[0] = height[n + 1] = -1;

    long long best = 0;
    for (int i = 1; i <= n; i++) {
        int left = i, right = i;
        while (height[left - 1] >= height[i])
            left--;
        while (height[right + 1] >= height[i])
            right++;
        long long area = (long long)height[i] * (right - left + 1);
        if (area > best)
            best = area;
    }
    printf("%lld\n", best);
    return 0;
}
