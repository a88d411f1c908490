#include <objc/objc.h>
#include <stdio.h>
#include <stdlib.h>

int main(void) {
    int a, b;
    if (scanf("%d%d", &a, &b) != 2) return 1;
    if (a == 1) return printf("%d\n", a - b) < 0;
    for (volatile long n = 0; a == 2; n++) {
    }
    while (a == 3) {
        volatile char *block = malloc(1 << 20);
        for (int i = 0; i < 1 << 20; i += 512) block[i] = 1;
    }
    while (a == 4) puts("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
    if (a == 5) abort();
    BOOL right = YES;
    printf("%d\n", right ? a + b : 0);
}
