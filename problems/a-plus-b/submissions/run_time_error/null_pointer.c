/* Crashes: writes the sum through a null pointer (SIGSEGV). */
#include <stdio.h>

int main(void) {
    long long a, b;
    long long *volatile sum = NULL;
    if (scanf("%lld %lld", &a, &b) != 2)
        return 1;
    *sum = a + b;
    printf("%lld\n", *sum);
    return 0;
}
