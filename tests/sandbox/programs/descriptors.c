// Prints every open descriptor.
#include <fcntl.h>
#include <stdio.h>

int main(void) {
    for (int i = 0; i < 65536; i++)
        if (fcntl(i, F_GETFD) >= 0) printf("%d\n", i);
}
